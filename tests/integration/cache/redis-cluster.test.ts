import { deploymentName, createDeploymentModel } from '../../../src/models/deployment.model.js';
import type { ProductView } from '../../../src/schemas/product.js';
import { describeStoreContract } from '../../helpers/cache-store-contract.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { redisStoreAt, type StoreOnRedis } from '../../helpers/redis-commands.js';
import { startRedisCluster, type RedisCluster } from '../../helpers/redis-cluster.js';
import { describeRedis } from '../../helpers/redis.js';
import { startShop, type LocalShop } from '../../helpers/shop.js';
import { waitFor } from '../../helpers/wait-for.js';

/** The contract waits for leases to end; on one Redis it is tried in every run. */
const describeLong = process.env['LONG'] === '1' ? describe : describe.skip;

describeRedis('a Redis Cluster of three', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  describeLong('as the shared layer', () => {
    let stores: StoreOnRedis[] = [];
    beforeAll(async () => {
      // Of different nodes: at most one of these is where the keys are.
      stores = await Promise.all(cluster.urls.map((url) => redisStoreAt(url, 'shop')));
    });
    afterAll(() => {
      for (const each of stores) each.close();
    });
    describeStoreContract(() => {
      const [one, two] = stores;
      if (one === undefined || two === undefined) throw new Error('the stores are there while tests run');
      return { one: one.store, two: two.store, stranger: null };
    });
  });

  describeMongo('behind the service', () => {
    const database = freshDatabase();
    let shops: LocalShop[] = [];
    let product: ProductView;
    let anyKey: string;

    beforeAll(async () => {
      const connection = await database.connect();
      anyKey = `{${await deploymentName(createDeploymentModel(connection))}}`;
      shops = await Promise.all(cluster.urls.map((url) => startShop(database.uri, { env: { REDIS_URL: url } })));
      product = await shopAt(0).stocked(5);
    });
    afterAll(() => Promise.all(shops.map((each) => each.close())));

    const shopAt = (number: number): LocalShop => {
      const shop = shops[number];
      if (shop === undefined) throw new Error('the shops are there while tests run');
      return shop;
    };
    const cacheOf = async (shop: LocalShop) => (await shop.client.product(product.id)).headers['x-cache'];
    const allHit = async (): Promise<void> => {
      for (const shop of shops) {
        await waitFor(async () => (await cacheOf(shop)) === 'HIT', { what: 'a hit' });
      }
    };
    const buyer = () => shopAt(0).manager;
    /** One buys; every process shows it, within the time that is promised to others plus that of a busy machine. */
    const sellOne = async (left: number): Promise<void> => {
      const answer = await shopAt(0).client.buy(product.id, { token: buyer().token, body: { quantity: 1 } });
      expect(answer.status).toBe(201);
      expect((await shopAt(0).client.product(product.id)).data.stock).toBe(left);
      for (const shop of shops) {
        await waitFor(async () => (await shop.client.product(product.id)).data.stock === left, { what: 'the sale' });
      }
    };

    it('when each process was told of another node, then all of them use the one that has the keys', async () => {
      await allHit();
      await sellOne(4);
      await allHit();
    });

    it('when the keys move to another node, then all processes follow, and show nothing old', async () => {
      const moved = await cluster.moveSlotOf(anyKey);
      await sellOne(3);
      await allHit();
      expect(await cluster.ownerOf(anyKey)).toBe(moved);
      await sellOne(2);
    });

    it('when the node that has the keys is gone, then sales and reads go on without it, and use it when it is back', async () => {
      const owner = await cluster.ownerOf(anyKey);
      await cluster.kill(owner);
      await waitFor(async () => (await cacheOf(shopAt(0))) === 'BYPASS', { what: 'reads past the cache' });
      await sellOne(1);
      await cluster.restart(owner);
      await allHit();
      await sellOne(0);
    });
  });
});
