import { createHash } from 'node:crypto';
import { leaseMark } from './entry-text.js';

/** A Lua script for Redis with the name under which Redis keeps it. */
export interface Script {
  source: string;
  sha: string;
}

export const script = (source: string): Script => ({ source, sha: createHash('sha1').update(source).digest('hex') });

/**
 * KEYS: the entry. ARGV: token, milliseconds. Gives back what stands there; else leaves a lease and gives back nil. The look at
 * the key after the write makes the server track it for this client: a write ends tracking.
 */
export const claimScript = script(`
local text = redis.call('GET', KEYS[1])
if text then return text end
redis.call('SET', KEYS[1], '${leaseMark}' .. ARGV[1], 'PX', ARGV[2])
redis.call('EXISTS', KEYS[1])
return nil
`);

/** KEYS: the entry. ARGV: token, text, milliseconds. Stores the text if the lease still stands; 1 if it did. */
export const fillScript = script(`
if redis.call('GET', KEYS[1]) ~= '${leaseMark}' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('EXISTS', KEYS[1])
return 1
`);

/**
 * KEYS: the entry, the mark, and what is dropped with it. ARGV: version and seq (empty where unknown), milliseconds of the mark.
 * Deletes the entry unless it is as new as that; deletes the rest unless the mark says that this version has been seen to.
 */
export const healScript = script(`
local version, seq = tonumber(ARGV[1]), tonumber(ARGV[2])
local text = redis.call('GET', KEYS[1])
if text then
  local storedVersion, storedSeq = string.match(string.sub(text, 1, 64), '^V%d+,(%d+),(%d+)')
  local known = storedVersion and (version or seq)
    and tonumber(storedVersion) >= (version or 0) and tonumber(storedSeq) >= (seq or 0)
  if not known then redis.call('DEL', KEYS[1]) end
end
if #KEYS > 2 then
  local mark = tonumber(redis.call('GET', KEYS[2]) or '-1')
  if not version or mark < version then
    for i = 3, #KEYS do redis.call('DEL', KEYS[i]) end
    if version then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3]) end
  end
end
return 1
`);
