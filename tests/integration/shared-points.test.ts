import { connectLimitsRedis } from '../../src/config/limits-redis.js';
import { createAttempts } from '../../src/services/rate-limit/attempts.js';
import { unaskedOf } from '../../src/services/rate-limit/caller-window.js';
import { createLimiter, type Limiter } from '../../src/services/rate-limit/limiter.js';
import { createSharedPoints } from '../../src/services/rate-limit/shared-points.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { startRedisCluster } from '../helpers/redis-cluster.js';
import { waitFor } from '../helpers/wait-for.js';

const silent = { warn: () => undefined, info: () => undefined };
/** Longer than any answer takes: here nothing is decided alone. */
const patientMs = 20_000;
const notInsured = {
  insured: () => {
    throw new Error('decided without Redis');
  },
};

/** As each process has it: a connection of its own. */
const startProcess = async (url: string, prefix = 'tests') => {
  const redis = connectLimitsRedis({ url, name: 'tests', logger: silent });
  const health = { mayAsk: () => true, watch: <T>(question: Promise<T>) => question };
  const points = createSharedPoints({ client: redis.client, prefix, health });
  const ping = points('ping');
  await waitFor(async () => (await ping.take('ping', 1)) !== undefined, { what: 'Redis' });
  return { points, redis };
};

describeRedis('counts shared through Redis', () => {
  let redis: TestRedis;
  let processes: Awaited<ReturnType<typeof startProcess>>[];
  beforeAll(async () => {
    redis = await startRedis();
    processes = [await startProcess(redis.url), await startProcess(redis.url), await startProcess(redis.url)];
  });
  afterAll(async () => {
    for (const each of processes) each.redis.close();
    await redis.stop();
  });

  const useUp = async (limiter: Limiter, key: string): Promise<number> => {
    for (let accepted = 0; ; accepted++) if (!(await limiter.spend(key)).accepted) return accepted;
  };

  it.each([1, 7, 60, 1200])('when three processes spend at once of %d, then the bound holds', async (limit) => {
    const limiters = processes.map(({ points }) =>
      createLimiter({ limit, shared: points(`of ${limit}`), metrics: notInsured, waitMaxMs: patientMs }),
    );
    const accepted = await Promise.all(limiters.map((limiter) => useUp(limiter, 'ada')));
    const sum = accepted.reduce((total, count) => total + count, 0);
    expect(sum).toBeGreaterThanOrEqual(limit);
    expect(sum).toBeLessThanOrEqual(limit + processes.length * unaskedOf(limit));
  });

  it('when sixty sign-ins of an account are tried at once in three processes, then exactly the limit is tried', async () => {
    const attempts = processes.map(({ points }) =>
      createAttempts({ limit: 10, shared: points('account'), metrics: notInsured, waitMaxMs: patientMs }),
    );
    const begun = await Promise.all(Array.from({ length: 60 }, async (_, i) => attempts[i % 3]?.begin('ada')));
    const tried = begun.filter((attempt) => attempt?.accepted === true);
    expect(tried).toHaveLength(10);
    for (const attempt of tried) attempt?.end(false);
    // One by one they come back.
    await waitFor(async () => {
      const attempt = await attempts[0]?.begin('ada');
      attempt?.end(false);
      return attempt?.remaining === 9;
    });
  });
});

describeRedis('counts shared through a Redis Cluster', () => {
  it('when processes ask different nodes, then they find the one that counts, and again when it has changed', async () => {
    const prefix = '{tests}:limits';
    const key = `${prefix}:read:ada`;
    const cluster = await startRedisCluster();
    const processes: Awaited<ReturnType<typeof startProcess>>[] = [];
    const count = (index: number, points: number) =>
      waitFor(async () => (await processes[index]?.points('read').take('ada', points))?.consumed, {
        what: 'an answer of the node that counts',
      });
    try {
      const owner = await cluster.ownerOf(key);
      const strangers = cluster.urls.filter((_url, index) => index !== owner);
      for (const url of strangers) processes.push(await startProcess(url, prefix));
      expect(await count(0, 1)).toBe(1);
      expect(await count(1, 2)).toBe(3);

      await cluster.moveSlotOf(key);

      expect(await count(0, 4)).toBe(7);
      expect(await count(1, 8)).toBe(15);
    } finally {
      for (const each of processes) each.redis.close();
      await cluster.stop();
    }
  });
});
