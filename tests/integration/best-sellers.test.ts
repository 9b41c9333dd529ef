import { jest } from '@jest/globals';
import type { ProductView } from '../../src/schemas/product.js';
import { newId } from '../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { person, startShop, type LocalShop, type Shop } from '../helpers/shop.js';
import { undisturbed } from '../helpers/undisturbed.js';
import { waitFor } from '../helpers/wait-for.js';

// Runs in which Redis was silent for a while are made again.
jest.setTimeout(600_000);

const buyer = person();
const buysEach = process.env['LONG'] === '1' ? 1_000 : 60;
const roundsEach = 10;

const top = async (shop: Shop, query = '', headers = {}) => {
  const answer = await shop.client.api('GET', `/products/top${query}`, { headers });
  return { ...answer, ids: (answer.data as ProductView[] | undefined)?.map(({ id }) => id) ?? [] };
};
const buy = async (shop: Shop, id: string, quantity = 1): Promise<void> => {
  const answer = await shop.client.buy(id, { token: buyer.token, body: { quantity } });
  if (answer.status !== 201) throw new Error(answer.text);
};

/** Two products sell in turn, two units each time, so that each sale makes its product the best: whoever looks must see just that. */
const overtake = async (rounds: number, roles: (round: number) => readonly [Shop, Shop]): Promise<void> => {
  const [first] = roles(0);
  const rivals = [await first.stocked(1_000_000), await first.stocked(1_000_000)];
  const lead = ((await top(first, '?limit=1')).data as ProductView[])[0]?.sold ?? 0;
  for (const [index, { id }] of rivals.entries()) await buy(first, id, lead + 10 + index);
  for (let round = 0; round < rounds; round++) {
    const [seller, looker] = roles(round);
    const rival = rivals[round % 2];
    if (rival === undefined) throw new Error('there are two');
    await buy(seller, rival.id, 2);
    const { data } = await top(looker, '?limit=1');
    const [best] = data as ProductView[];
    expect([round, best?.id, best?.sold]).toEqual([round, rival.id, lead + 12 + round]);
  }
};

/** The same as long as Redis answers in time, some rounds at a time. */
const overtakeOften = async (
  shops: readonly Shop[],
  roles: (round: number) => readonly [Shop, Shop],
): Promise<void> => {
  for (let done = 0; done < buysEach; done += roundsEach) await undisturbed(shops, () => overtake(roundsEach, roles));
};

/** What is promised of the best sellers, whichever cache there is. */
const promises = (shop: () => LocalShop): void => {
  it('when products were sold, then the best come first, as many as asked for, in the shape of a list', async () => {
    const [a, b, c] = [await shop().stocked(50), await shop().stocked(50), await shop().stocked(50)];
    await buy(shop(), b.id, 9);
    await buy(shop(), c.id, 8);
    expect((await top(shop(), '?limit=2')).ids).toEqual([b.id, c.id]);
    const { ids, meta, headers } = await top(shop());
    expect(ids).not.toContain(a.id);
    expect(meta).toEqual({ limit: 20, nextCursor: null });
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers.etag).toMatch(/^"[\w-]+"$/);
  });

  it('when it is asked for twice, then the second comes from the cache, and no-cache goes past it', async () => {
    const { id } = await shop().stocked(50);
    await buy(shop(), id, 20);
    await waitFor(async () => (await top(shop())).headers['x-cache'] === 'HIT');
    const past = await top(shop(), '', { 'cache-control': 'no-cache' });
    expect(past.headers['x-cache']).toBe('BYPASS');
    expect(past.ids).toEqual((await top(shop())).ids);
  });

  it('when a best seller is deleted, then it is gone at once', async () => {
    const { id } = await shop().stocked(50);
    await buy(shop(), id, 30);
    expect((await top(shop(), '?limit=1')).ids).toEqual([id]);
    await shop().client.api('DELETE', `/products/${id}`, { token: person('admin').token });
    expect((await top(shop())).ids).not.toContain(id);
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?cursor=x', '?sort=sold'])(
    'when the query is %s, then it is refused',
    async (query) => {
      expect(await top(shop(), query)).toMatchObject({ status: 400, error: { code: 'VALIDATION_FAILED' } });
    },
  );

  it(`when a purchase has been answered, then the best sellers show it, ${buysEach} times in a row`, async () => {
    await overtakeOften([shop()], () => [shop(), shop()]);
  });
};

describeMongo('the best sellers without Redis', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  beforeAll(async () => {
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());
  promises(() => shop);

  it('when another process sells, then the feed tells of it', async () => {
    const other = await startShop(database.uri);
    try {
      const { id } = await other.stocked(1_000_000);
      await buy(other, id, 100_000);
      await waitFor(async () => (await top(shop, '?limit=1')).ids[0] === id);
    } finally {
      await other.close();
    }
  });
});

describeRedis('the best sellers with Redis', () => {
  describeMongo('in two processes that ask Redis each time', () => {
    const database = freshDatabase();
    let redis: TestRedis;
    let shops: [LocalShop, LocalShop];
    beforeAll(async () => {
      redis = await startRedis();
      const env = { REDIS_URL: redis.url, CACHE_L1: '0' };
      shops = [await startShop(database.uri, { env }), await startShop(database.uri, { env })];
      for (const each of shops) {
        await waitFor(async () => (await each.client.send('GET', '/readyz')).status === 200);
        await waitFor(async () => (await top(each)).headers['x-cache'] === 'HIT');
      }
    });
    afterAll(async () => {
      await Promise.all(shops.map((each) => each.close()));
      await redis.stop();
    });
    promises(() => shops[0]);

    it(`when one process has answered a purchase, then the other shows it at once, ${buysEach} times in a row`, async () => {
      await overtakeOften(shops, (round) => (round % 2 === 0 ? shops : [shops[1], shops[0]]));
    });

    it('when Redis is away, then they are worked out from the database, and when it is back, ranked anew', async () => {
      const [one] = shops;
      const { id } = await one.stocked(1_000_000);
      await redis.kill();
      await buy(one, id, 100_000);
      const away = await top(one, '?limit=1');
      expect(away).toMatchObject({ status: 200, ids: [id] });
      expect(away.headers['x-cache']).toBe('BYPASS');
      await redis.restart();
      await waitFor(async () => (await top(one)).headers['x-cache'] === 'HIT');
      expect((await top(one, '?limit=1')).ids).toEqual([id]);
    });

    it('when a product has an id of nobody, then the words before the ids are no id', async () => {
      expect((await shops[0].client.api('GET', `/products/${newId()}`)).status).toBe(404);
    });
  });
});
