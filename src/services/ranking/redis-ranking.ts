import { randomBytes } from 'node:crypto';
import type { RedisCommands } from '../cache/redis-link.js';
import { script, type Script } from '../cache/scripts.js';
import { rankedMax, type Ranking, type SoldUnits } from './ranking.js';

export interface RedisRankingDependencies {
  redis: Pick<RedisCommands, 'sendCommand'>;
  isUp: () => boolean;
  namespace: string;
}

/** Leads the set, and says that the set is whole. */
const marker = '#';
/** Nobody builds for longer. */
const buildMsMax = 90_000;
/** Built anew from the ledger once a day, whatever may have gone wrong meanwhile. */
const keptSeconds = 86_400;
/** Products per script: nobody else is served while one runs. */
const chunk = 500;

/** Notes id, total and seq, from ARGV[first] on, then cuts what has grown far over the bound. */
const noting = (first: number): string => `
for i = ${first}, #ARGV, 3 do
  local id, sold, seq = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local known = tonumber(redis.call('HGET', KEYS[2], id) or '0')
  if seq >= known then
    redis.call('HSET', KEYS[2], id, seq)
    if sold > 0 then redis.call('ZADD', KEYS[1], sold, id) else redis.call('ZREM', KEYS[1], id) end
  end
end
if redis.call('HLEN', KEYS[2]) > ${String(2 * rankedMax)} then
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -2 - ${String(rankedMax)})
  for _, id in ipairs(redis.call('HKEYS', KEYS[2])) do
    if not redis.call('ZSCORE', KEYS[1], id) then redis.call('HDEL', KEYS[2], id) end
  end
end
`;

/** KEYS: the set, each product's seq. ARGV: id, total and seq in turn. */
const noteScript = script(`${noting(1)} return 1`);

/** KEYS: the set, each product's seq, the builder's lock. ARGV: the lock's token, seconds, then id, total and seq in turn. */
const buildScript = script(`
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
${noting(3)}
redis.call('ZADD', KEYS[1], 'inf', '${marker}')
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[3])
return 1
`);

/** KEYS: the lock. ARGV: its token. */
const unlockScript = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

const flat = (totals: readonly SoldUnits[]): string[] =>
  totals.flatMap(({ id, sold, seq }) => [id, String(sold), String(seq)]);

/** The ranking in Redis, a sorted set that all processes share. */
export const createRedisRanking = ({ redis, isUp, namespace }: RedisRankingDependencies): Ranking => {
  const key = `{${namespace}}:top`;
  const seqsKey = `${key}:seqs`;
  const lockKey = `${key}:lock`;
  const send = (...args: string[]): Promise<unknown> => redis.sendCommand(args);

  const run = async ({ sha, source }: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> => {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await send('EVALSHA', sha, ...rest);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return send('EVAL', source, ...rest);
    }
  };

  return {
    isUp,
    best: async (count) => {
      const [head, ...ids] = (await send('ZREVRANGE', key, '0', String(count))) as string[];
      return head === marker ? ids : null;
    },
    note: async (totals) => {
      const steps: Promise<unknown>[] = [];
      for (let start = 0; start < totals.length; start += chunk) {
        steps.push(run(noteScript, [key, seqsKey], flat(totals.slice(start, start + chunk))));
      }
      await Promise.all(steps);
    },
    build: async (load) => {
      const token = randomBytes(9).toString('base64url');
      if ((await send('SET', lockKey, token, 'NX', 'PX', String(buildMsMax))) === null) return false;
      try {
        const loaded = await load();
        const args = [token, String(keptSeconds), ...flat(loaded.slice(0, rankedMax))];
        return (await run(buildScript, [key, seqsKey, lockKey], args)) === 1;
      } catch (error) {
        await run(unlockScript, [lockKey], [token]).catch(() => undefined);
        throw error;
      }
    },
    forget: async () => {
      await send('DEL', key, seqsKey, lockKey);
    },
  };
};
