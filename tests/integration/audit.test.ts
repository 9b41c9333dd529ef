import type { Connection } from 'mongoose';
import { movementCollection, type MovementDocument } from '../../src/models/movement.model.js';
import { productCollection, type ProductDocument } from '../../src/models/product.model.js';
import { newId } from '../../src/utils/uuid.js';
import { refusal } from '../helpers/answers.js';
import { auditClean } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { customers, person, startShop, type LocalShop } from '../helpers/shop.js';

describeMongo('audit', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  const audit = (id: string, token = shop.manager.token) => shop.client.audit(id, { token });
  const products = () => connection.collection<ProductDocument>(productCollection);
  const lines = () => connection.collection<MovementDocument>(movementCollection);

  /** 10 at first, 3 sold, 5 delivered, counted 11: 11 in stock. */
  const lively = async (): Promise<string> => {
    const { id } = await shop.stocked(10);
    const { token } = shop.manager;
    await shop.client.buy(id, { token, body: { quantity: 3 } });
    await shop.client.change(id, { token, body: { delta: 5, reason: 'delivery' } });
    await shop.client.change(id, { token, body: { count: 11, reason: 'stocktake' } });
    return id;
  };

  it('when the books are right, then received is stock, reserved and sold together', async () => {
    const id = await lively();

    const { status, data } = await audit(id);

    expect(status).toBe(200);
    expect(data).toEqual({ received: 14, stock: 11, reserved: 0, sold: 3, lines: 4, consistent: true, faults: [] });
  });

  it('when it looks while purchases rush in, then it never takes a sale on its way for a fault', async () => {
    const product = await shop.stocked(1000);
    const work = { over: false };
    const looking = (async () => {
      const seen = [];
      while (!work.over) seen.push((await audit(product.id)).data);
      return seen;
    })();

    const answers = await Promise.all(
      customers(300).map(({ token }) => shop.client.buy(product.id, { token, body: { quantity: 2 } })),
    );
    work.over = true;

    for (const { consistent, received } of await looking) expect([consistent, received]).toEqual([true, 1000]);
    await auditClean(shop, connection, product.id, { created: answers });
  });

  it.each<[string, Partial<Pick<ProductDocument, 'stock' | 'sold' | 'reserved' | 'seq'>>, RegExp]>([
    ['stock', { stock: 12 }, /stock 12, the ledger 11/],
    ['sold', { sold: 2 }, /sold 2, the ledger 3/],
    ['reserved', { reserved: 1 }, /reserved 1, the ledger 0/],
    ['seq', { seq: 9 }, /movements 9, the ledger 4/],
  ])('when %s was changed past the service, then it is found and said', async (_what, fields, fault) => {
    const id = await lively();
    await products().updateOne({ _id: id }, { $set: fields });

    const { data } = await audit(id);

    expect([data.consistent, data.faults.length]).toEqual([false, 1]);
    expect(data.faults[0]).toMatch(fault);
  });

  it.each<[string, (id: string) => Promise<unknown>, RegExp]>([
    ['is missing', (productId) => lines().deleteOne({ productId, seq: 2 }), /line 3 stands where line 2 should/],
    [
      'has another balance',
      (productId) => lines().updateOne({ productId, seq: 2 }, { $set: { stockAfter: 8 } }),
      /line 2 leaves 8 in stock, all lines up to it 7/,
    ],
    [
      'takes more than there was',
      (productId) => lines().updateOne({ productId, seq: 2 }, { $set: { delta: -30, stockAfter: -20 } }),
      /line 2 goes below zero/,
    ],
  ])('when a line %s, then it is found and said', async (_what, spoil, fault) => {
    const id = await lively();
    await spoil(id);

    const { data } = await audit(id);

    expect(data.consistent).toBe(false);
    expect(data.faults.join('\n')).toMatch(fault);
  });

  it('when the product has been deleted, then it can still be audited', async () => {
    const id = await lively();
    await shop.client.api('DELETE', `/products/${id}`, { token: person('admin').token });

    expect((await audit(id)).data).toMatchObject({ consistent: true, received: 14, lines: 4 });
  });

  it('when there never was such a product, or the id is none, then 404 and 400', async () => {
    expect(refusal(await audit(newId()))).toEqual([404, 'NOT_FOUND']);
    expect(refusal(await audit('lamp'))).toEqual([400, 'INVALID_ID']);
  });

  it('when a customer or nobody asks, then 403 and 401; an admin is told', async () => {
    const { id } = await shop.stocked(1);

    expect(refusal(await audit(id, person().token))).toEqual([403, 'FORBIDDEN']);
    expect(refusal(await shop.client.audit(id, {}))).toEqual([401, 'UNAUTHENTICATED']);
    expect((await audit(id, person('admin').token)).status).toBe(200);
  });
});
