import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { auditClean } from '../helpers/audit-clean.js';
import { startTraffic, type Traffic } from '../helpers/catalogue-traffic.js';
import { expectInTime, waitInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { carelessStore, forgetfulStore, pausingStore, type Pauses } from '../helpers/pausing-store.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { spawnShop, startShop, type Shop } from '../helpers/shop.js';
import { createWitness, type Witness } from '../helpers/witness.js';

const watchedMs = process.env['LONG'] === '1' ? 60_000 : 2_000;
const testMs = watchedMs + 400_000;
/** What has to have happened before it proves anything, however long that takes. */
const enough = { hits: 50, writes: 20 };
const pauses: Pauses = { seed, fillMs: 150, removeMs: 60, lookMs: 20 };
/** Other processes follow within so long. */
const followMs = 50;

const server: [string] = ['tests/helpers/pausing-server.ts'];

describeMongo(`reads after writes (seed ${seed})`, () => {
  describeRedis('on Redis', () => {
    const database = freshDatabase();
    let connection: Connection;
    let redis: TestRedis;
    let stops: (() => Promise<void>)[] = [];
    let running: Traffic | undefined;
    beforeAll(async () => {
      connection = await database.connect();
      redis = await startRedis();
    });
    afterEach(async () => {
      // Of a test that has failed.
      await running?.stop().catch(() => undefined);
      running = undefined;
      for (const stop of stops) await stop();
      stops = [];
    });
    afterAll(() => redis.stop());

    /** @param isFound what has to be found beside, where that is the point */
    const watch = async (what: string, shops: readonly Shop[], isFound: (witness: Witness) => boolean = () => true) => {
      const witness = createWitness();
      const traffic = await startTraffic({ shops, seed, witness });
      running = traffic;
      const isEnough = (): boolean => {
        const { hits, writes } = traffic.progress();
        return hits > enough.hits && writes > enough.writes && isFound(witness);
      };
      await Promise.all([sleep(watchedMs), waitInTime(isEnough, `enough hits and writes, ${what}`)]);
      const { faults, ...counts } = await traffic.stop();
      expect(faults).toEqual([]);
      for (const id of traffic.productIds) {
        await auditClean(shops[0] ?? missing(), connection, id, { created: traffic.salesOf(id) });
      }
      const ages = witness.stale.map(({ ageMs }) => ageMs);
      report(what, {
        ...counts,
        stale: ages.length,
        oldestMs: Math.round(Math.max(0, ...ages)),
        ...(await late(shops)),
      });
      return witness.stale;
    };

    it.each([
      ['copies of its own', { CACHE_L1: '1' }],
      ['Redis alone', { CACHE_L1: '0' }],
    ])(
      'when one process writes and reads with %s, then no read is older than an answered write',
      async (what, env) => {
        const shop = await startShop(database.uri, {
          env: { ...env, REDIS_URL: redis.url },
          wrapCacheStore: (store) => pausingStore(store, { ...pauses, removeMs: 150 }),
        });
        stops.push(shop.close);
        expect(await watch(`one process, ${what}`, [shop])).toEqual([]);
      },
      testMs,
    );

    it(
      'when one process has neither Redis nor a pause, then no read is older than an answered write',
      async () => {
        const shop = await startShop(database.uri, { wrapCacheStore: (store) => pausingStore(store, pauses) });
        stops.push(shop.close);
        expect(await watch('one process without Redis', [shop])).toEqual([]);
      },
      testMs,
    );

    const two = async (env: Readonly<Record<string, string>>, more: Partial<Pauses>) => {
      const shops = await Promise.all(
        [1, 2].map((index) => {
          const own = { ...pauses, seed: seed + index, ...more };
          return spawnShop(database.uri, { ...env, REDIS_URL: redis.url, PAUSES: JSON.stringify(own) }, server);
        }),
      );
      stops.push(...shops.map((shop) => shop.close));
      return shops;
    };

    it(
      'when two processes write and read without copies, then no read is older than an answered write',
      async () => {
        const shops = await two({ CACHE_L1: '0' }, { removeMs: 40 });
        const stale = await watch('two processes, Redis alone', shops);
        const { late: lateKeys, failed } = await late(shops);
        // A write waits for its deletion for 100 ms at most: one that this machine has not let come through in time is no matter of order.
        if (lateKeys + failed > 0)
          expectInTime(stale.length, 'stale reads beside late deletions', 'reads').toBeLessThan(1);
        else expect(stale).toEqual([]);
      },
      testMs,
    );

    it(
      'when two processes write and read with copies, then no read is older than 50 ms after the answer',
      async () => {
        const shops = await two({ CACHE_L1: '1' }, { removeMs: 20 });
        // Where this process stands still for a while, so may the others: a deletion that is paused is sent later then.
        const stalls = monitorEventLoopDelay({ resolution: 5 });
        stalls.enable();
        const stale = await watch('two processes, with copies', shops);
        stalls.disable();
        const stallMs = Math.round(stalls.max / 1e6);
        const tooOld = stale.filter(({ ageMs }) => ageMs > followMs);
        report('two processes, with copies, beyond 50 ms', { reads: tooOld.length, stallMs });
        expectInTime(Math.max(0, ...tooOld.map(({ ageMs }) => ageMs)), 'the oldest read').toBeLessThan(
          followMs + stallMs + 1,
        );
      },
      testMs,
    );

    it.each([
      ['forgets to delete now and then', forgetfulStore],
      ['fills without a look at its lease', carelessStore],
    ])(
      'when the shared layer %s, then stale reads are found',
      async (what, broken) => {
        const shop = await startShop(database.uri, {
          env: { CACHE_L1: '0', REDIS_URL: redis.url },
          wrapCacheStore: (store) => pausingStore(broken(store, seed), pauses),
        });
        stops.push(shop.close);
        const found = await watch(`broken: ${what}`, [shop], ({ stale }) => stale.length > 0);
        expect(found).not.toEqual([]);
      },
      testMs,
    );
  });
});

const missing = (): never => {
  throw new Error('there is no shop');
};

/** How many keys were not deleted before the write was answered, by all shops together. */
const late = async (shops: readonly Shop[]): Promise<{ late: number; failed: number }> => {
  const texts = await Promise.all(shops.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const sumOf = (outcome: string) =>
    texts.reduce((sum, text) => {
      const found = new RegExp(`^cache_invalidated_keys_total\\{outcome="${outcome}"\\} (\\d+)`, 'm').exec(text);
      return sum + Number(found?.[1] ?? 0);
    }, 0);
  return { late: sumOf('late'), failed: sumOf('failed') };
};
