import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import { connectRedis, type Redis } from '../../src/config/redis.js';
import { newId } from '../../src/utils/uuid.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { person, spawnShop, startShop, type LocalShop, type Shop, type SpawnedShop } from '../helpers/shop.js';
import { undisturbed } from '../helpers/undisturbed.js';
import { waitFor } from '../helpers/wait-for.js';

// The first who starts a process compiles all of them.
jest.setTimeout(300_000);

const healedMsMax = 1_000;
const buyer = person();

/** One of a process's figures. */
const figure = async (shop: Shop, name: string): Promise<number> => {
  const text = await (await fetch(`${shop.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1) ?? 0);
};

const namesListed = async (shop: Shop, tag: string): Promise<string[]> => {
  const { data } = await shop.client.api('GET', `/products?tag=${tag}`);
  return (data as { name: string }[]).map(({ name }) => name);
};

describeRedis('the change feed', () => {
  describeMongo('of a process with Redis', () => {
    const database = freshDatabase();
    let redis: TestRedis;
    let jobsRedis: TestRedis;
    let looking: Redis;
    let connection: Connection;
    let shop: LocalShop;

    // The jobs have a Redis of their own: theirs deletes keys, too.
    const env = () => ({ REDIS_URL: redis.url, QUEUE_REDIS_URL: jobsRedis.url });
    /** @returns what to claim at the end of the test: that it was within a second */
    const healed = async (check: () => Promise<boolean>, what: string): Promise<() => void> => {
      const startMs = performance.now();
      await waitFor(check, { intervalMs: 10, what });
      const tookMs = performance.now() - startMs;
      return () => expectInTime(tookMs, `healing ${what}`).toBeLessThan(healedMsMax);
    };
    const cached = async (id: string): Promise<void> => {
      await waitFor(async () => (await shop.client.product(id)).headers['x-cache'] === 'HIT');
    };
    const isReady = async (of: Shop) => (await of.client.send('GET', '/readyz')).status === 200;

    beforeAll(async () => {
      redis = await startRedis();
      jobsRedis = await startRedis();
      connection = await database.connect();
      looking = connectRedis({
        url: redis.url,
        name: 'tests',
        logger: { warn: () => undefined, info: () => undefined },
      });
      shop = await startShop(database.uri, { env: env() });
      await waitFor(() => isReady(shop));
    });
    afterAll(async () => {
      looking.close();
      await shop.close();
      await redis.stop();
      await jobsRedis.stop();
    });

    const products = () => connection.collection<{ _id: string }>('products');

    it('when another client sets a name without a version, then item and lists show it within a second', async () => {
      const tag = newId();
      const { id } = await shop.stocked(5, { tags: [tag], name: 'Before' });
      await cached(id);
      await waitFor(async () => (await shop.client.api('GET', `/products?tag=${tag}`)).headers['x-cache'] === 'HIT');
      await products().updateOne({ _id: id }, { $set: { name: 'After' } });
      const inTime = await healed(async () => (await shop.client.product(id)).data.name === 'After', 'the item');
      expect(await namesListed(shop, tag)).toEqual(['After']);
      inTime();
    });

    it('when another client deletes a product, then item and lists are without it within a second', async () => {
      const tag = newId();
      const { id } = await shop.stocked(5, { tags: [tag] });
      await cached(id);
      expect(await namesListed(shop, tag)).toHaveLength(1);
      await products().deleteOne({ _id: id });
      const claims = [
        await healed(async () => (await shop.client.product(id)).status === 404, 'the item'),
        await healed(async () => (await namesListed(shop, tag)).length === 0, 'the list'),
      ];
      for (const inTime of claims) inTime();
    });

    it('when another client inserts a product, then lists show it within a second', async () => {
      const tag = newId();
      const { id } = await shop.stocked(5, { tags: [tag], name: 'First' });
      expect(await namesListed(shop, tag)).toEqual(['First']);
      const stored = await products().findOne({ _id: id });
      await products().insertOne({ ...stored, _id: newId(), sku: newId(), name: 'Second' } as never);
      const inTime = await healed(async () => (await namesListed(shop, tag)).length === 2, 'the list');
      inTime();
    });

    it('when this process itself writes, then the feed deletes nothing a second time', async () => {
      const deletions = async () =>
        Number(/cmdstat_del:calls=(\d+)/.exec(await looking.client.info('commandstats'))?.[1]);
      await undisturbed([shop], async () => {
        const [own, foreign] = [await shop.stocked(50), await shop.stocked(1, { name: 'Before' })];
        for (const { id } of [own, foreign]) await cached(id);
        await shop.client.buy(own.id, { token: buyer.token });
        await cached(own.id);
        const healedBefore = await figure(shop, 'cache_healed_total');
        const deletedBefore = await deletions();

        // What another tool writes behind ours is healed behind what the feed makes of ours: one entry, and the lists.
        await products().updateOne({ _id: foreign.id }, { $set: { name: 'Behind' } });
        await healed(async () => (await shop.client.product(foreign.id)).data.name === 'Behind', 'the other');

        expect((await shop.client.product(own.id)).headers['x-cache']).toBe('HIT');
        expect(await figure(shop, 'cache_healed_total')).toBe(healedBefore + 1);
        expect(await deletions()).toBeLessThanOrEqual(deletedBefore + 2);
      });
    });

    it('when the place is lost, then the prefix changes', async () => {
      const epoch = async () => {
        const [key = ''] = await looking.client.keys('*:epoch');
        return looking.client.get(key);
      };
      await shop.close();
      const before = await epoch();
      await connection.collection('feeds').updateOne({}, { $set: { token: `82${'0'.repeat(64)}` } });
      shop = await startShop(database.uri, { env: env() });
      await waitFor(async () => (await epoch()) !== before);
      await waitFor(() => isReady(shop));
      const { id } = await shop.stocked(1);
      await cached(id);
    });

    it('when a process is killed between commit and invalidation, then the others show its write within a second', async () => {
      const { id } = await shop.stocked(50);
      const settings = { ...env(), CRASH_STEP: 'committed' };
      const other: SpawnedShop = await spawnShop(database.uri, settings, ['tests/helpers/crash-server.ts']);
      await cached(id);
      process.kill(other.service.pid, 'SIGUSR2');
      await other.client.buy(id, { token: buyer.token }).catch(() => undefined);
      await other.service.exited;
      const inTime = await healed(async () => (await shop.client.product(id)).data.stock === 49, 'the item');
      inTime();
    });

    it('when all processes are gone between commit and invalidation, then the next start heals it', async () => {
      const { id } = await shop.stocked(50);
      const other = await spawnShop(database.uri, { ...env(), CRASH_STEP: 'committed' }, [
        'tests/helpers/crash-server.ts',
      ]);
      await cached(id);
      await shop.close();
      process.kill(other.service.pid, 'SIGUSR2');
      await other.client.buy(id, { token: buyer.token }).catch(() => undefined);
      await other.service.exited;
      shop = await startShop(database.uri, { env: env() });
      await waitFor(() => isReady(shop));
      expect((await shop.client.product(id)).data.stock).toBe(49);
    });
  });
});
