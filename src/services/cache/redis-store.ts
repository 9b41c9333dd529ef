import { randomBytes } from 'node:crypto';
import { CacheAway, type CacheStore, type Claim, type Lease } from './cache-store.js';
import { leaseMark } from './entry-text.js';
import { createRedisLink, type RedisLinkDependencies } from './redis-link.js';
import { createQuestions, runScript, textOf } from './redis-questions.js';
import { claimScript, fillScript, healScript } from './scripts.js';

/** How long whoever claims a key has to fill it. */
const leaseMs = 3_000;
/** How long a mark is kept: far longer than any process takes to hear of a write. */
const markMs = 60_000;

/** The shared layer in Redis, all of it over one connection: see `createRedisLink` for when it can be asked. */
export const createRedisStore = (deps: RedisLinkDependencies): CacheStore => {
  const send = (args: string[]): Promise<unknown> => deps.redis.sendCommand(args);
  const link = createRedisLink(deps);
  const question = createQuestions(send, link, !deps.tracking);
  const dropped: ((keys: readonly string[] | null) => void)[] = [];

  const tellDropped = (keys: readonly string[] | null): void => {
    for (const listener of dropped) listener(keys);
  };
  const ensureUp = (): void => {
    if (!link.isUp()) throw new CacheAway('Redis is away.');
  };
  const full = (key: string): string => link.prefix() + key;

  deps.redis.onInvalidate((fullKey) => {
    const prefix = link.prefix();
    if (fullKey === null) tellDropped(null);
    else if (fullKey.startsWith(prefix)) tellDropped([fullKey.slice(prefix.length)]);
  });
  link.onLost(() => tellDropped(null));

  return {
    isUp: link.isUp,
    isFresh: link.isFresh,
    get: async (key) => {
      ensureUp();
      const text = await question(key);
      return text?.startsWith(leaseMark) === true ? null : text;
    },
    claim: async (key): Promise<Claim> => {
      ensureUp();
      const lease: Lease = { fullKey: full(key), token: randomBytes(9).toString('base64url') };
      const text = textOf(await runScript(send, claimScript, [lease.fullKey], [lease.token, String(leaseMs)]));
      if (text === null) return { lease };
      return text.startsWith(leaseMark) ? { foreign: true } : { text };
    },
    fill: async ({ fullKey, token }, text, ttlMs) => {
      ensureUp();
      // Under another prefix nobody would read it.
      if (!fullKey.startsWith(link.prefix())) return false;
      return (await runScript(send, fillScript, [fullKey], [token, text, String(ttlMs)])) === 1;
    },
    remove: async (keys, marks) => {
      ensureUp();
      const epoch = link.epoch();
      const steps = [send(['DEL', ...keys.map(full)])];
      for (const [key, version] of marks ?? []) {
        // What Redis has no room for is healed once too often; it is no reason to think that nothing was deleted.
        steps.push(send(['SET', full(`m:${key}`), String(version), 'PX', String(markMs)]).catch(() => null));
      }
      // Asked last: if the epoch still stands after the DEL, whoever fills these keys has read after it.
      steps.push(send(['GET', link.epochKey]));
      if ((await Promise.all(steps)).at(-1) !== epoch) throw new CacheAway('The prefix has changed meanwhile.');
    },
    heal: async ({ key, stamp, also }) => {
      ensureUp();
      const [version = '', seq = ''] = [stamp?.version, stamp?.seq].map((part) => part?.toString());
      const keys = also.length === 0 ? [full(key)] : [key, `m:${key}`, ...also].map(full);
      await runScript(send, healScript, keys, [version, seq, String(markMs)]);
    },
    renew: link.renew,
    onDropped: (listener) => void dropped.push(listener),
    onUp: link.onUp,
    close: link.close,
  };
};
