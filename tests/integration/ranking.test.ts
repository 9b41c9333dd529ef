import { connectRedis, type Redis } from '../../src/config/redis.js';
import { createMemoryRanking } from '../../src/services/ranking/memory-ranking.js';
import type { Ranking } from '../../src/services/ranking/ranking.js';
import { createRedisRanking } from '../../src/services/ranking/redis-ranking.js';
import { newId } from '../../src/utils/uuid.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { waitFor } from '../helpers/wait-for.js';

const built = (...totals: [string, number, number?][]) => totals.map(([id, sold, seq = 1]) => ({ id, sold, seq }));

/** What every ranking promises, whoever keeps it. */
const rankingContract = (create: () => Ranking): void => {
  let ranking: Ranking;
  beforeEach(() => {
    ranking = create();
  });
  const build = (...totals: [string, number, number?][]) => ranking.build(() => Promise.resolve(built(...totals)));

  it('when nobody has built it, then there is none, whatever was noted', async () => {
    await ranking.note(built(['a', 3]));
    expect(await ranking.best(10)).toBeNull();
  });

  it('when it is built, then the best come first, as many as are asked for', async () => {
    expect(await build(['a', 3], ['b', 7], ['c', 5])).toBe(true);
    expect(await ranking.best(2)).toEqual(['b', 'c']);
    expect(await ranking.best(10)).toEqual(['b', 'c', 'a']);
  });

  it('when nothing was ever sold, then it is empty and not missing', async () => {
    await build();
    expect(await ranking.best(10)).toEqual([]);
  });

  it('when totals are noted, then they count, however often, and none takes a product out', async () => {
    await build(['a', 3], ['b', 7]);
    await ranking.note(built(['a', 9]));
    await ranking.note(built(['a', 9], ['c', 1]));
    expect(await ranking.best(10)).toEqual(['a', 'b', 'c']);
    await ranking.note(built(['a', 2, 2], ['b', 0, 2]));
    expect(await ranking.best(10)).toEqual(['a', 'c']);
  });

  it('when an older total comes late, then the newer one stays', async () => {
    await build(['a', 3, 5], ['b', 7, 5]);
    await ranking.note(built(['a', 9, 8]));
    await ranking.note(built(['a', 6, 7], ['b', 99, 4]));
    expect(await ranking.best(10)).toEqual(['a', 'b']);
    await ranking.note(built(['a', 0, 9]));
    await ranking.note(built(['a', 6, 7]));
    expect(await ranking.best(10)).toEqual(['b']);
  });

  it('when something is sold while it is built, then that is not lost', async () => {
    const done = await ranking.build(async () => {
      await ranking.note(built(['a', 10, 9], ['new', 1]));
      return built(['a', 3], ['b', 7]);
    });
    expect(done).toBe(true);
    expect(await ranking.best(10)).toEqual(['a', 'b', 'new']);
  });

  it('when it is being built already, then nobody else builds it', async () => {
    let other: boolean | undefined;
    await ranking.build(async () => {
      other = await build(['x', 1]);
      return built(['a', 3]);
    });
    expect(other).toBe(false);
    expect(await ranking.best(10)).toEqual(['a']);
  });

  it('when building fails, then it can be built again at once', async () => {
    await expect(ranking.build(() => Promise.reject(new Error('no ledger')))).rejects.toThrow('no ledger');
    expect(await build(['a', 3])).toBe(true);
  });

  it('when it is forgotten, also while it is built, then it has to be built anew', async () => {
    await build(['a', 3]);
    await ranking.forget();
    expect(await ranking.best(10)).toBeNull();
    const done = await ranking.build(async () => {
      await ranking.forget();
      return built(['a', 3]);
    });
    expect(done).toBe(false);
    expect(await ranking.best(10)).toBeNull();
  });

  it('when far more than a thousand products sell, then the best of them are kept', async () => {
    await build();
    for (let start = 0; start < 60; start++) {
      await ranking.note(
        built(...[...Array(50).keys()].map((i): [string, number] => [`p${start}-${i}`, start * 50 + i + 1])),
      );
    }
    expect(await ranking.best(2)).toEqual(['p59-49', 'p59-48']);
    expect((await ranking.best(5_000))?.length).toBeLessThanOrEqual(2_000);
  });
};

describe('the ranking without Redis', () => rankingContract(createMemoryRanking));

describeRedis('the ranking in Redis', () => {
  let server: TestRedis;
  let redis: Redis;
  const logger = { warn: () => undefined, info: () => undefined };
  beforeAll(async () => {
    server = await startRedis();
    redis = connectRedis({ url: server.url, name: 'tests', logger });
    await waitFor(() => redis.client.isReady);
  });
  afterAll(async () => {
    redis.close();
    await server.stop();
  });
  rankingContract(() =>
    createRedisRanking({
      redis: { sendCommand: (args) => redis.client.sendCommand(args) },
      isUp: () => true,
      namespace: newId(),
    }),
  );
});
