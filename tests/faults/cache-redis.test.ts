import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { connectRedis } from '../../src/config/redis.js';
import { auditClean } from '../helpers/audit-clean.js';
import { startTraffic, type Timed, type Traffic } from '../helpers/catalogue-traffic.js';
import { expectInTime, waitInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { startShop, type LocalShop } from '../helpers/shop.js';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.js';
import { waitFor } from '../helpers/wait-for.js';
import { createWitness } from '../helpers/witness.js';

const phaseMs = process.env['LONG'] === '1' ? 8_000 : 700;
const testMs = 3 * phaseMs + 400_000;
/** A phase goes on until so many reads have been answered: of fewer, the longest says nothing. */
const readsMin = 50;
/** What a fault may add to a read until the breaker opens. */
const addedMsMax = 150;

const longest = (timed: readonly Timed[], sinceMs: number, untilMs = Infinity): number =>
  Math.max(0, ...timed.filter(({ sentMs }) => sentMs >= sinceMs && sentMs < untilMs).map(({ ms }) => ms));

describeMongo(`the cache without a Redis that does its duty (seed ${seed})`, () => {
  describeRedis('on a Redis of its own', () => {
    const database = freshDatabase();
    let connection: Connection;
    let redis: TestRedis;
    let proxy: TcpProxy;
    let shop: LocalShop;
    let stops: (() => Promise<void>)[] = [];
    let running: Traffic | undefined;
    beforeAll(async () => {
      connection = await database.connect();
    });
    beforeEach(() => {
      stops = [];
    });
    afterEach(async () => {
      // Of a test that has failed.
      await running?.stop().catch(() => undefined);
      running = undefined;
      for (const stop of stops) await stop();
    });

    const open = async (args: readonly string[] = [], login = ''): Promise<void> => {
      redis = await startRedis(args);
      stops.unshift(redis.stop);
      proxy = await startTcpProxy(redis.port);
      stops.unshift(proxy.stop);
      shop = await startShop(database.uri, { env: { REDIS_URL: `redis://${login}127.0.0.1:${proxy.port}` } });
      stops.unshift(shop.close);
    };
    /** Sends one command to Redis, past the service and the proxy. */
    const command = async (args: string[], login = ''): Promise<unknown> => {
      const url = `redis://${login}127.0.0.1:${redis.port}`;
      const probe = connectRedis({ url, name: 'tests', logger: { warn: () => undefined, info: () => undefined } });
      try {
        await waitFor(() => probe.client.isReady);
        return await probe.client.sendCommand(args);
      } finally {
        probe.close();
      }
    };

    const metric = async (line: string): Promise<number> => {
      const { text } = await shopMetrics();
      const found = text.split('\n').find((each) => each.startsWith(`${line} `));
      return Number(found?.slice(line.length + 1) ?? NaN);
    };
    const shopMetrics = async () => ({ text: await (await fetch(`${shop.url}/metrics`)).text() });
    const stateIs = (state: string) =>
      waitInTime(async () => (await metric(`cache_breaker_state{state="${state}"}`)) === 1, `the state ${state}`);
    const redisState = async (): Promise<unknown> => {
      // Where MongoDB takes its time the process is not ready, and says the same in its refusal.
      const { data, error } = await shop.client.send('GET', '/readyz');
      const said = (data ?? error.details) as { dependencies: { redis: { state: string } } };
      return said.dependencies.redis.state;
    };
    const cached = (id: string) =>
      waitInTime(async () => (await shop.client.product(id)).headers['x-cache'] === 'HIT', 'a hit');

    interface Fault {
      begin: () => unknown;
      end: () => unknown;
      /** What is to be seen while it lasts. */
      meanwhile: () => Promise<unknown>;
    }

    /** Traffic all along; a fault begins and ends. Fails if a read is old, slow or not answered, or if the cache is not back afterwards. */
    const endure = async (what: string, { begin, end, meanwhile }: Fault): Promise<void> => {
      const witness = createWitness();
      const startMs = performance.now();
      const traffic = await startTraffic({ shops: [shop], seed, witness, readers: 3 });
      running = traffic;
      const [id = ''] = traffic.productIds;
      /** Lasts its time, and until it has had its reads. */
      const phase = async (): Promise<void> => {
        const wanted = traffic.reads.length + readsMin;
        await Promise.all([sleep(phaseMs), waitFor(() => traffic.reads.length >= wanted, { what: 'reads' })]);
      };
      await cached(id);
      await phase();
      const stalls = monitorEventLoopDelay({ resolution: 5 });
      stalls.enable();
      const beganMs = performance.now();
      await begin();
      await Promise.all([meanwhile(), phase()]);
      const endedMs = performance.now();
      stalls.disable();
      await end();
      await stateIs('up');
      const upMs = performance.now();
      await waitFor(async () => (await metric('cache_dirty_keys')) === 0, { what: 'the end of all retries' });
      await cached(id);
      await waitInTime(async () => (await redisState()) === 'up', 'the state up in /readyz');
      const counts = await traffic.stop();
      const before = longest(traffic.reads, startMs, beganMs);
      const during = longest(traffic.reads, beganMs, endedMs);
      report(what, {
        ...{ reads: traffic.reads.length, writes: counts.writes, stale: witness.stale.length },
        ...{ longestBeforeMs: Math.round(before), longestDuringMs: Math.round(during) },
        ...{ stallMs: Math.round(stalls.max / 1e6), upAgainAfterMs: Math.round(upMs - endedMs) },
      });
      expect(counts.faults).toEqual([]);
      expect(witness.stale).toEqual([]);
      for (const each of traffic.productIds) {
        await auditClean(shop, connection, each, { created: traffic.salesOf(each) });
      }
      // Service, readers and writers share this process: what has held it up as a whole is not the cache's doing.
      expectInTime(during, `the longest read, ${what}`).toBeLessThan(before + addedMsMax + stalls.max / 1e6);
      expectInTime(counts.turnedAway, 'turned away by 503', 'answers').toBeLessThan(1);
    };

    it.each([50, 200])(
      'when every packet takes %s ms, then the breaker opens, and closes when that is over',
      async (ms) => {
        await open();
        await endure(`slow, ${ms} ms each way`, {
          begin: () => proxy.delay(ms),
          end: () => proxy.delay(0),
          meanwhile: () => stateIs('open'),
        });
      },
      testMs,
    );

    it(
      'when Redis is frozen, then the breaker opens, and readiness and metrics say so',
      async () => {
        await open();
        await endure('frozen', {
          begin: () => redis.freeze(),
          end: () => redis.thaw(),
          meanwhile: async () => {
            await waitFor(async () => (await metric('cache_breaker_state{state="up"}')) === 0);
            expect(await redisState()).toBe('down');
          },
        });
      },
      testMs,
    );

    it(
      'when Redis is killed, then it is down, and used again when an empty one is there',
      async () => {
        await open();
        await endure('killed', {
          begin: () => redis.kill(),
          end: () => redis.restart(),
          meanwhile: async () => {
            await stateIs('down');
            expect(await redisState()).toBe('down');
            expect(await metric('cache_copies')).toBe(0);
            await waitFor(async () => (await metric('cache_dirty_keys')) > 0, { what: 'a deletion that waits' });
          },
        });
      },
      testMs,
    );

    it(
      'when the service is cut off from a Redis that lives on, then what was written meanwhile is deleted there afterwards',
      async () => {
        await open();
        const other = await startShop(database.uri, { env: { REDIS_URL: redis.url, CACHE_L1: '0' } });
        stops.unshift(other.close);
        const product = await shop.stocked(5);
        await waitInTime(
          async () => (await other.client.product(product.id)).headers['x-cache'] === 'HIT',
          'a hit there',
        );
        proxy.refuse();
        await stateIs('down');
        const { token } = shop.manager;
        const { data } = await shop.client.patch(product.id, { token, body: { price: 7 } });
        expect((await shop.client.product(product.id)).data.version).toBe(data.version);
        expect(await metric('cache_dirty_keys')).toBeGreaterThan(0);
        proxy.heal();
        await stateIs('up');
        await waitFor(async () => (await metric('cache_dirty_keys')) === 0);
        expect((await other.client.product(product.id)).data.version).toBe(data.version);
      },
      testMs,
    );

    it(
      'when Redis is absent at the start, then the service serves without it, and uses it when it is there',
      async () => {
        redis = await startRedis();
        stops.unshift(redis.stop);
        await redis.kill();
        shop = await startShop(database.uri, { env: { REDIS_URL: redis.url } });
        stops.unshift(shop.close);
        const product = await shop.stocked(5);
        const { status, headers } = await shop.client.product(product.id);
        expect([status, headers['x-cache'], await redisState()]).toEqual([200, 'BYPASS', 'down']);
        // Without Redis it is ready all the same.
        await waitFor(async () => (await shop.client.send('GET', '/readyz')).status === 200, { what: 'readiness' });
        await redis.restart();
        await cached(product.id);
        await waitInTime(async () => (await redisState()) === 'up', 'the state up in /readyz');
      },
      testMs,
    );

    it(
      'when Redis comes back with an old snapshot, then nothing of it is ever shown',
      async () => {
        await open();
        const product = await shop.stocked(5);
        await cached(product.id);
        await command(['SAVE']);
        const { token } = shop.manager;
        const { data } = await shop.client.patch(product.id, { token, body: { price: 7 } });
        await redis.kill();
        await redis.restart();
        await stateIs('up');
        const keys = (await command(['KEYS', `*:p:${product.id}`])) as string[];
        expect(keys).not.toEqual([]);
        expect((await shop.client.product(product.id)).data).toMatchObject({ version: data.version, price: 7 });
        await cached(product.id);
        expect((await shop.client.product(product.id)).data).toMatchObject({ version: data.version, price: 7 });
      },
      testMs,
    );

    it(
      'when everything in Redis is deleted again and again, then no read is old',
      async () => {
        await open();
        await endure('FLUSHALL, again and again', {
          begin: () => undefined,
          end: () => undefined,
          meanwhile: async () => {
            const untilMs = performance.now() + phaseMs;
            while (performance.now() < untilMs) await command(['FLUSHALL']);
          },
        });
      },
      testMs,
    );

    it(
      'when Redis is full and evicts nothing, then reads go to the database, and deletions go on',
      async () => {
        await open(['--maxmemory-policy', 'noeviction']);
        await endure('full', {
          begin: () => command(['CONFIG', 'SET', 'maxmemory', '1']),
          end: () => command(['CONFIG', 'SET', 'maxmemory', '0']),
          meanwhile: () => Promise.resolve(),
        });
      },
      testMs,
    );

    it(
      'when Redis is full from the start, then the service serves without it, and uses it when there is room',
      async () => {
        await open(['--maxmemory', '1', '--maxmemory-policy', 'noeviction']);
        const product = await shop.stocked(5);
        expect((await shop.client.product(product.id)).headers['x-cache']).toBe('BYPASS');
        await command(['CONFIG', 'SET', 'maxmemory', '0']);
        await cached(product.id);
      },
      testMs,
    );

    it.each([
      ['no password', '', ''],
      ['a wrong password', ':wrong@', 'wrong'],
    ])(
      'when the service has %s, then it serves without Redis, and uses it once it is let in',
      async (_, login, right) => {
        await open(['--requirepass', 'secret'], login);
        const product = await shop.stocked(5);
        const { headers } = await shop.client.product(product.id);
        expect([headers['x-cache'], await redisState()]).toEqual(['BYPASS', 'down']);
        await command(['CONFIG', 'SET', 'requirepass', right], ':secret@');
        await cached(product.id);
        await waitInTime(async () => (await redisState()) === 'up', 'the state up in /readyz');
      },
      testMs,
    );

    it(
      'when entries are stored, then none lives longer in Redis than it may',
      async () => {
        await open();
        const product = await shop.stocked(5);
        await cached(product.id);
        await shop.client.api('GET', '/products');
        await waitFor(async () => ((await command(['KEYS', '*:l:*'])) as string[]).length > 0);
        const keys = (await command(['KEYS', '*:v1:*'])) as string[];
        // A generation is no entry: past its end no list is in reach, and each list has an end of its own.
        const entries = keys.filter((key) => !key.includes(':g:'));
        expect(entries.length).toBeGreaterThanOrEqual(2);
        for (const key of entries) {
          const ms = Number(await command(['PTTL', key]));
          // -1 would be for ever, -2 is gone by now.
          expect([key, ms !== -1 && ms <= 60_000]).toEqual([key, true]);
        }
      },
      testMs,
    );
  });
});
