import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import { productCollection } from '../../../src/models/product.model.js';
import { newId } from '../../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../../helpers/redis.js';
import { report } from '../../helpers/report.js';
import { startShop, type LocalShop } from '../../helpers/shop.js';
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.js';
import { undisturbed } from '../../helpers/undisturbed.js';
import { waitFor } from '../../helpers/wait-for.js';

// Runs in which Redis was silent for a while are made again.
jest.setTimeout(600_000);

const readers = 1_000;
/** How long the line to MongoDB takes in the test that asks how many queries are on it at once. */
const oneWayMs = 20;

describeMongo('a thousand readers of one product that nobody has read', () => {
  describeRedis('on a Redis of their own', () => {
    const database = freshDatabase();
    let connection: Connection;
    let redis: TestRedis;
    let shops: LocalShop[];
    let line: TcpProxy | undefined;
    beforeEach(async () => {
      connection = await database.connect();
      redis = await startRedis();
    });
    afterEach(async () => {
      for (const shop of shops) await shop.close();
      await line?.stop();
      line = undefined;
      await redis.stop();
    });

    const open = async (envs: readonly Readonly<Record<string, string>>[]): Promise<void> => {
      shops = await Promise.all(
        envs.map((env) => startShop(database.uri, { env: { REDIS_URL: redis.url, RUN_JOBS: '0', ...env } })),
      );
    };
    const first = (): LocalShop => {
      const [shop] = shops;
      if (shop === undefined) throw new Error('there is no shop');
      return shop;
    };
    /** What MongoDB itself says that it was asked about products while `task` ran. */
    const queriesDuring = async (task: () => Promise<unknown>): Promise<number> => {
      const db = connection.getClient().db(database.name);
      await db.command({ profile: 0 });
      await db.dropCollection('system.profile');
      await db.command({ profile: 2 });
      await task();
      await db.command({ profile: 0 });
      const ns = `${database.name}.${productCollection}`;
      return db.collection('system.profile').countDocuments({ ns, op: 'query' });
    };
    const herd = async (id: string): Promise<void> => {
      const asking = Array.from({ length: readers }, (_, index) =>
        (shops[index % shops.length] ?? first()).client.product(id),
      );
      const answers = await Promise.all(asking);
      expect(new Set(answers.map(({ status, data }) => `${status} ${data.id}`))).toEqual(new Set([`200 ${id}`]));
    };

    it.each([
      ['copies', { CACHE_L1: '1' }],
      ['Redis alone', { CACHE_L1: '0' }],
      ['neither Redis nor a pause', { REDIS_URL: '' }],
    ])('when one process has %s, then MongoDB is asked once', async (what, env) => {
      await open([env]);
      await undisturbed(shops, async () => {
        const { id } = await first().stocked(5);
        const queries = await queriesDuring(() => herd(id));
        report(`${readers} readers, ${what}`, { queries });
        expect(queries).toBe(1);
      });
    });

    it('when two processes are asked, then MongoDB is asked a time or two by each', async () => {
      await open([{}, {}]);
      await undisturbed(shops, async () => {
        const { id } = await first().stocked(5);
        const queries = await queriesDuring(() => herd(id));
        report(`${readers} readers, two processes`, { queries });
        // Whoever meets the other's lease reads for himself, and may do so again before the other has filled the key.
        expect(queries).toBeLessThanOrEqual(6);
      });
    });

    it('when Redis is away, then one query at a time is on its way, and many readers share it', async () => {
      line = await startTcpProxy(Number(new URL(database.uri).port));
      await open([{ MONGO_URI: `mongodb://127.0.0.1:${line.port}/${database.name}?directConnection=true` }]);
      const { id } = await first().stocked(5);
      await redis.kill();
      await waitFor(async () => (await first().client.product(id)).headers['x-cache'] === 'BYPASS');
      line.delay(oneWayMs);
      const startedAt = performance.now();
      const queries = await queriesDuring(() => herd(id));
      const tookMs = performance.now() - startedAt;
      line.heal();
      report(`${readers} readers without Redis`, { queries, tookMs: Math.round(tookMs) });
      // One after the other, no more than these fit into the time; a timer may be a millisecond early each way.
      expect(queries).toBeLessThanOrEqual(1 + tookMs / (2 * (oneWayMs - 1)));
    });

    it('when nobody has made the product, then MongoDB is asked once as well', async () => {
      await open([{}]);
      await undisturbed(shops, async () => {
        const unknown = newId();
        const queries = await queriesDuring(async () => {
          const answers = await Promise.all(Array.from({ length: readers }, () => first().client.product(unknown)));
          expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
        });
        expect(queries).toBe(1);
      });
    });
  });
});
