import { jest } from '@jest/globals';
import type { ProductView } from '../../../src/schemas/product.js';
import { productCollection, type ProductDocument } from '../../../src/models/product.model.js';
import { newId } from '../../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../../helpers/redis.js';
import { startShop, type LocalShop } from '../../helpers/shop.js';
import { undisturbed } from '../../helpers/undisturbed.js';
import { waitFor } from '../../helpers/wait-for.js';

// Runs in which Redis was silent for a while are made again.
jest.setTimeout(300_000);

describeMongo('two databases on one Redis', () => {
  describeRedis('and one Redis', () => {
    const here = freshDatabase();
    const there = freshDatabase();
    let redis: TestRedis;
    let shops: { here: LocalShop; there: LocalShop };
    beforeAll(async () => {
      redis = await startRedis();
      const env = { REDIS_URL: redis.url, CACHE_L1: '0' };
      shops = { here: await startShop(here.uri, { env }), there: await startShop(there.uri, { env }) };
    });
    afterAll(async () => {
      await shops.here.close();
      await shops.there.close();
      await redis.stop();
    });

    const hit = (shop: LocalShop, id: string) =>
      waitFor(
        async () => {
          const answer = await shop.client.product(id);
          return answer.headers['x-cache'] === 'HIT' ? answer : undefined;
        },
        { what: 'a hit' },
      );

    it('when both have a product of the same id, then each shows its own, from the cache and in lists', async () => {
      const { id } = await shops.here.stocked(5, { name: 'Here' });
      const [mine, theirs] = [await here.connect(), await there.connect()];
      const stored = await mine.collection<ProductDocument>(productCollection).findOne({ _id: id });
      if (stored === null) throw new Error('the product is not stored');
      await theirs.collection<ProductDocument>(productCollection).insertOne({ ...stored, name: 'There' });

      expect((await hit(shops.here, id)).data.name).toBe('Here');
      expect((await hit(shops.there, id)).data.name).toBe('There');
      const namesOf = async (shop: LocalShop) =>
        ((await shop.client.api('GET', '/products')).data as ProductView[]).map(({ name }) => name);
      expect([await namesOf(shops.here), await namesOf(shops.there)]).toEqual([['Here'], ['There']]);

      const { token } = shops.here.manager;
      await undisturbed([shops.here, shops.there], async () => {
        await hit(shops.there, id);
        await shops.here.client.patch(id, { token, body: { name: newId() } });
        const untouched = await shops.there.client.product(id);
        expect([untouched.headers['x-cache'], untouched.data.name]).toEqual(['HIT', 'There']);
      });
    });
  });
});
