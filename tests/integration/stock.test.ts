import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import { badQuantities, faultyFields, refusal } from '../helpers/answers.js';
import { auditClean } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';

const bound = 1_000_000_000;

describeMongo('stock', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  const change = (id: string, body: unknown, token = shop.manager.token) => shop.client.change(id, { token, body });
  const batch = (changes: readonly unknown[], token = shop.manager.token) =>
    shop.client.batch({ token, body: { changes } });
  const stockOf = async (id: string): Promise<number> => (await shop.client.product(id)).data.stock;
  const linesOf = async (id: string): Promise<number> => (await auditClean(shop, connection, id)).length;
  const delivery = { delta: 5, reason: 'delivery' };

  describe('POST /products/:id/stock', () => {
    it('when units come in, then it answers the product and the ledger line', async () => {
      const product = await shop.stocked(10);

      const { status, data } = await change(product.id, { delta: 5, reason: 'delivery', reference: 'PO-7' });

      expect(status).toBe(200);
      const { updatedAt } = data.product;
      expect(data.product).toEqual({ ...product, stock: 15, seq: 2, updatedAt });
      expect(updatedAt >= product.updatedAt).toBe(true);
      expect(data.movement).toEqual({
        id: expect.any(String) as string,
        productId: product.id,
        seq: 2,
        type: 'adjustment',
        delta: 5,
        stockAfter: 15,
        reason: 'delivery',
        reference: 'PO-7',
        actorId: shop.manager.id,
        createdAt: expect.any(String) as string,
      });
      expect(await linesOf(product.id)).toBe(2);
    });

    it('when units are written off, then down to zero and no further', async () => {
      const product = await shop.stocked(10);

      const refused = await change(product.id, { delta: -11, reason: 'broken' });
      const done = await change(product.id, { delta: -10, reason: 'broken' });

      expect(refusal(refused)).toEqual([409, 'INSUFFICIENT_STOCK']);
      expect(refused.error.details).toEqual({ requested: 11, available: 10 });
      expect([done.status, done.data.product.stock]).toEqual([200, 0]);
      expect(await linesOf(product.id)).toBe(2);
    });

    it('when it would pass the bound of stock, then 400 names delta, and up to the bound it is taken', async () => {
      const product = await shop.stocked(1);

      const refused = await change(product.id, { delta: bound, reason: 'delivery' });
      const done = await change(product.id, { delta: bound - 1, reason: 'delivery' });

      expect([refusal(refused), faultyFields(refused)]).toEqual([[400, 'VALIDATION_FAILED'], ['delta']]);
      expect([done.status, done.data.product.stock]).toEqual([200, bound]);
    });

    it('when stock is counted, then it becomes the count, and the line says by how much it was off', async () => {
      const product = await shop.stocked(10);

      const down = await change(product.id, { count: 7, reason: 'stocktake' });
      const same = await change(product.id, { count: 7, expectedStock: 7, reason: 'stocktake' });
      const up = await change(product.id, { count: 9, expectedStock: 7, reason: 'stocktake', reference: 'S-1' });

      expect([down, same, up].map(({ data }) => [data.movement.type, data.movement.delta])).toEqual([
        ['count', -3],
        ['count', 0],
        ['count', 2],
      ]);
      expect(await stockOf(product.id)).toBe(9);
      expect(await linesOf(product.id)).toBe(4);
    });

    it('when the stock is not what the count expected, then 409 says what it is and nothing moves', async () => {
      const product = await shop.stocked(10);

      const answer = await change(product.id, { count: 9, expectedStock: 11, reason: 'stocktake' });

      expect(refusal(answer)).toEqual([409, 'STOCK_CHANGED']);
      expect(answer.error.details).toEqual({ stock: 10 });
      expect(await linesOf(product.id)).toBe(1);
    });

    it.each([
      ['nothing', {}, ['delta', 'reason']],
      ['no reason', { delta: 1 }, ['reason']],
      ['a list', [delivery], ['']],
      [
        'faults in fields and between them',
        { delta: 1, count: 1, expectedStock: 5, reason: '' },
        ['count', 'expectedStock', 'reason'],
      ],
      ['a blank reason', { delta: 1, reason: '  ' }, ['reason']],
      ['a reason of 201 characters', { delta: 1, reason: 'r'.repeat(201) }, ['reason']],
      ['a reason with a line break', { delta: 1, reason: 'a\nb' }, ['reason']],
      ['a delta of 0', { ...delivery, delta: 0 }, ['delta']],
      ['half a unit', { ...delivery, delta: 0.5 }, ['delta']],
      ['a delta as text', { ...delivery, delta: '5' }, ['delta']],
      ['a delta past the bound', { ...delivery, delta: bound + 1 }, ['delta']],
      ['a delta past the lower bound', { ...delivery, delta: -bound - 1 }, ['delta']],
      ['a delta and a count', { ...delivery, count: 5 }, ['count']],
      ['a delta and an expectation', { ...delivery, expectedStock: 5 }, ['expectedStock']],
      ['a count below zero', { count: -1, reason: 'stocktake' }, ['count']],
      ['a count past the bound', { count: bound + 1, reason: 'stocktake' }, ['count']],
      ['an unknown field', { ...delivery, stock: 5 }, ['stock']],
    ])('when it comes with %s, then 400 names it and nothing moves', async (_what, body, fields) => {
      const product = await shop.stocked(5);

      const answer = await change(product.id, body);

      expect([refusal(answer), faultyFields(answer)]).toEqual([[400, 'VALIDATION_FAILED'], fields]);
      expect(await linesOf(product.id)).toBe(1);
    });

    it('when there is no such product, it is deleted, or the id is none, then 404, 404 and 400', async () => {
      const product = await shop.stocked(5);
      await shop.client.api('DELETE', `/products/${product.id}`, { token: person('admin').token });

      expect(refusal(await change(newId(), delivery))).toEqual([404, 'NOT_FOUND']);
      expect(refusal(await change(product.id, delivery))).toEqual([404, 'NOT_FOUND']);
      expect(refusal(await change('lamp', delivery))).toEqual([400, 'INVALID_ID']);
      expect(await linesOf(product.id)).toBe(1);
    });

    it('when the key is not one, then 400 and nothing moves', async () => {
      const product = await shop.stocked(5);
      const { token } = shop.manager;

      const answers = await Promise.all(
        ['', 'a b', 'k'.repeat(129)].map((key) => shop.client.change(product.id, { token, key, body: delivery })),
      );

      for (const answer of answers) expect(faultyFields(answer)).toEqual(['Idempotency-Key']);
      expect(await linesOf(product.id)).toBe(1);
    });
  });

  describe('POST /stock/batch', () => {
    it('when all changes can be made, then they are, and answered in their order', async () => {
      const [first, second] = await Promise.all([shop.stocked(10), shop.stocked(10)]);

      const answer = await batch([
        { productId: first.id, delta: -4, reason: 'moved', reference: 'M-1' },
        { productId: second.id, delta: 4, reason: 'moved', reference: 'M-1' },
      ]);

      expect(answer.status).toBe(200);
      const { id, sku, version } = first;
      expect(answer.data.changes[0]?.product).toEqual({ id, sku, version, stock: 6, reserved: 0, sold: 0, seq: 2 });
      expect(answer.data.changes.map(({ product, movement }) => [product.id, product.stock, movement.delta])).toEqual([
        [first.id, 6, -4],
        [second.id, 14, 4],
      ]);
      expect([await linesOf(first.id), await linesOf(second.id)]).toEqual([2, 2]);
    });

    it('when one change is refused, then it is named and none is made', async () => {
      const [first, second] = await Promise.all([shop.stocked(10), shop.stocked(3)]);

      const answer = await batch([
        { productId: first.id, delta: 4, reason: 'moved' },
        { productId: second.id, delta: -4, reason: 'moved' },
      ]);

      expect(refusal(answer)).toEqual([409, 'INSUFFICIENT_STOCK']);
      expect(answer.error.details).toEqual({ index: 1, productId: second.id, requested: 4, available: 3 });
      expect([await linesOf(first.id), await linesOf(second.id)]).toEqual([1, 1]);
    });

    it('when a product is unknown or would pass the bound, then the change is named and none is made', async () => {
      const [first, full] = await Promise.all([shop.stocked(10), shop.stocked(bound)]);
      const unknown = newId();
      const good = { productId: first.id, delta: 1, reason: 'moved' };

      const missing = await batch([good, { productId: unknown, delta: 1, reason: 'moved' }]);
      const over = await batch([good, { productId: full.id, delta: 1, reason: 'moved' }]);

      expect([refusal(missing), missing.error.details]).toEqual([[404, 'NOT_FOUND'], { index: 1, productId: unknown }]);
      expect([refusal(over), faultyFields(over)]).toEqual([[400, 'VALIDATION_FAILED'], ['changes.1.delta']]);
      expect([await linesOf(first.id), await linesOf(full.id)]).toEqual([1, 1]);
    });

    it('when a product stands in it several times, then each change sees the one before it', async () => {
      const product = await shop.stocked(0);
      const of = (...deltas: number[]) => deltas.map((delta) => ({ productId: product.id, delta, reason: 'moved' }));

      const refused = await batch(of(2, -3, 5));
      const answer = await batch(of(3, -2, 5));

      expect(refused.error.details).toEqual({ index: 1, productId: product.id, requested: 3, available: 2 });
      expect(answer.data.changes.map(({ movement }) => [movement.seq, movement.stockAfter])).toEqual([
        [2, 3],
        [3, 1],
        [4, 6],
      ]);
      // Each line shows the product as that line left it.
      expect(answer.data.changes.map(({ product: shown }) => shown.stock)).toEqual([3, 1, 6]);
      expect(await linesOf(product.id)).toBe(4);
    });

    it('when it has 1000 changes with the longest reasons, then all are made; one more is refused', async () => {
      const products = await Promise.all(Array.from({ length: 10 }, () => shop.stocked(1)));
      const changes = Array.from({ length: 1000 }, (_, index) => ({
        productId: products[index % 10]?.id,
        delta: 1,
        reason: 'r'.repeat(200),
        reference: 'f'.repeat(200),
      }));

      const tooMany = await batch([...changes, changes[0]]);
      const answer = await batch(changes);

      expect([refusal(tooMany), faultyFields(tooMany)]).toEqual([[400, 'VALIDATION_FAILED'], ['changes']]);
      expect([answer.status, answer.data.changes.length]).toEqual([200, 1000]);
      for (const { id } of products) {
        expect(await stockOf(id)).toBe(101);
        expect(await linesOf(id)).toBe(101);
      }
    });

    it('when the products of 1000 changes have the longest texts, then the answer still fits into what is kept', async () => {
      const han = (length: number) => '\u6f22'.repeat(length);
      const tags = Array.from({ length: 20 }, (_, index) => han(38) + String(index));
      const product = await shop.stocked(1, { name: han(200), description: han(5_000), tags });
      const changes = Array.from({ length: 1000 }, () => ({ productId: product.id, delta: 5, reason: han(200) }));
      const call = { token: shop.manager.token, key: 'long-texts', body: { changes } };

      const answer = await shop.client.batch(call);
      const repeat = await shop.client.batch(call);

      expect([answer.status, repeat.text === answer.text]).toEqual([200, true]);
      expect(await stockOf(product.id)).toBe(5_001);
    });

    it('when the body is over 1 MiB, then 413; what is over 100 kB is refused on every other path', async () => {
      const product = await shop.stocked(1);
      const { token } = shop.manager;
      const long = (bytes: number) => ({ ...delivery, reason: 'r'.repeat(bytes) });

      const over = await batch([{ productId: product.id, ...long(1024 * 1024) }]);
      const under = await batch([{ productId: product.id, ...long(1000 * 1024) }]);
      const others = await Promise.all([
        change(product.id, long(100 * 1024)),
        shop.client.createProduct({ token, body: { name: 'x'.repeat(100 * 1024), price: 1, stock: 1 } }),
        shop.client.api('POST', '/stock/batch/more', { token, body: long(100 * 1024) }),
      ]);

      expect(refusal(over)).toEqual([413, 'BODY_TOO_LARGE']);
      expect([refusal(under), faultyFields(under)]).toEqual([[400, 'VALIDATION_FAILED'], ['changes.0.reason']]);
      for (const answer of others) expect(refusal(answer)).toEqual([413, 'BODY_TOO_LARGE']);
      expect(await linesOf(product.id)).toBe(1);
    });

    it.each([
      ['no changes', { changes: [] }, ['changes']],
      ['changes that are no list', { changes: { 0: delivery } }, ['changes']],
      ['no body', undefined, ['']],
      ['a change without its product', { changes: [delivery] }, ['changes.0.productId']],
      ['an id that is none', { changes: [{ ...delivery, productId: 'lamp' }] }, ['changes.0.productId']],
      [
        'several faults',
        { changes: [{ productId: newId(), delta: 0, reason: '' }, { count: 5 }], note: 1 },
        ['changes.0.delta', 'changes.0.reason', 'changes.1.count', 'changes.1.delta', 'changes.1.productId'].concat(
          'changes.1.reason',
          'note',
        ),
      ],
    ])('when it comes with %s, then 400 names every fault', async (_what, body, fields) => {
      const answer = await shop.client.batch({ token: shop.manager.token, body });

      expect([refusal(answer), faultyFields(answer)]).toEqual([[400, 'VALIDATION_FAILED'], fields]);
    });

    it.each(badQuantities.filter(([what]) => what !== '-1' && what !== 'one more than the bound'))(
      'when a delta is %s, then 400 names it and nothing moves',
      async (_what, json) => {
        const product = await shop.stocked(5);
        const rawBody = `{"changes":[{"productId":"${product.id}","reason":"x","delta":${json}}]}`;

        const answer = await shop.client.batch({ token: shop.manager.token, rawBody });

        expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
        expect(faultyFields(answer)[0]).toMatch(/^changes\.0\.delta/);
        expect(await linesOf(product.id)).toBe(1);
      },
    );
  });

  describe('who may', () => {
    it('when a customer or nobody comes, then 403 and 401, and nothing moves; an admin may as well', async () => {
      const product = await shop.stocked(5);
      const changes = [{ productId: product.id, ...delivery }];
      const customer = person().token;

      expect(refusal(await change(product.id, delivery, customer))).toEqual([403, 'FORBIDDEN']);
      expect(refusal(await batch(changes, customer))).toEqual([403, 'FORBIDDEN']);
      expect(refusal(await shop.client.change(product.id, { body: delivery }))).toEqual([401, 'UNAUTHENTICATED']);
      expect(refusal(await shop.client.batch({ body: { changes } }))).toEqual([401, 'UNAUTHENTICATED']);
      expect(await linesOf(product.id)).toBe(1);
      expect((await change(product.id, delivery, person('admin').token)).status).toBe(200);
    });
  });
});
