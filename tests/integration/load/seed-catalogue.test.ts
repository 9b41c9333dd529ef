import { seedCatalogue, type SeededCatalogue } from '../../../load/bench/seed-catalogue.js';
import type { Connection } from 'mongoose';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../../helpers/shop.js';

const count = 45;
const stock = 7;

describeMongo('seedCatalogue', () => {
  const { uri, connect } = freshDatabase();
  let catalogue: SeededCatalogue;
  let connection: Connection;
  let shop: LocalShop;

  beforeAll(async () => {
    catalogue = await seedCatalogue(uri, count, stock);
    connection = await connect();
    shop = await startShop(uri);
  });
  afterAll(() => shop.close());

  const fetchJson = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${shop.url}/api/v1${path}`, init);
    return { status: answer.status, body: (await answer.json()) as { data: Record<string, unknown>[] } };
  };
  const typesOf = (row: object | null | undefined) =>
    Object.entries(row ?? {})
      .map(([name, value]: [string, unknown]) => `${name}: ${Object.prototype.toString.call(value)}`)
      .sort();

  it('when a seeded product is held against one made over HTTP, then rows and first lines have the same fields', async () => {
    const made = await shop.stocked(stock, { tags: ['bench'] });
    const rowOf = (collection: string, filter: Record<string, string>) =>
      connection.collection(collection).findOne(filter);
    const [seededId = ''] = catalogue.ids;
    for (const [collection, key] of [
      ['products', '_id'],
      ['stock_movements', 'productId'],
    ] as const) {
      const seeded = await rowOf(collection, { [key]: seededId });
      expect(typesOf(seeded)).toEqual(typesOf(await rowOf(collection, { [key]: made.id })));
    }
  });
  it('when a seeded product is bought, then it is sold and its ledger is consistent', async () => {
    const [, id = ''] = catalogue.ids;
    const bought = await fetch(`${shop.url}/api/v1/products/${id}/purchase`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person().token}`, 'content-type': 'application/json' },
      body: '{"quantity":2}',
    });
    expect(bought.status).toBe(201);
    const { body } = await fetchJson(`/products/${id}/audit`, {
      headers: { authorization: `Bearer ${shop.manager.token}` },
    });
    expect(body.data).toMatchObject({ received: stock, sold: 2, stock: stock - 2, lines: 2, consistent: true });
  });
  it('when a page at one of its places is asked for, then it is one of 20 behind that product, newest first', async () => {
    const at = catalogue.pages.length - 1;
    const { status, body } = await fetchJson(`/products${catalogue.pages[at] ?? ''}`);
    expect(status).toBe(200);
    expect(catalogue.pages).toHaveLength(count);
    expect(body.data.map(({ id }) => id)).toEqual(catalogue.ids.slice(at - 20, at).toReversed());
  });
  it('when all of it is there, then ids are unique and a sku is nobody else’s', async () => {
    expect(new Set(catalogue.ids).size).toBe(count);
    expect(new Set(await connection.collection('products').distinct('sku')).size).toBeGreaterThanOrEqual(count);
  });
});
