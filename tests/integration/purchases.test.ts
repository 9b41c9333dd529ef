import type { Connection } from 'mongoose';
import { createTokenService } from '../../src/services/token.service.js';
import { newId } from '../../src/utils/uuid.js';
import { allPages, badQuantities, faultyFields, refusal } from '../helpers/answers.js';
import type { Purchase } from '../helpers/api-client.js';
import { auditClean } from '../helpers/audit-clean.js';
import { sendRaw } from '../helpers/http-app.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';

const hourMs = 3_600_000;
const inHours = (hours: number): Date => new Date(Date.now() + hours * hourMs);

describeMongo('purchases', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  const buyer = person();
  const buy = (productId: string, body?: unknown, token = buyer.token) => shop.client.buy(productId, { token, body });
  /** The product's books hold nothing but its first line. */
  const nothingMoved = async (productId: string) => {
    expect(await auditClean(shop, connection, productId)).toHaveLength(1);
  };

  describe('POST /products/:id/purchase', () => {
    it('when there is stock, then it answers the purchase, where to find it, and the stock is less', async () => {
      const product = await shop.stocked(10, { price: 250, currency: 'EUR' });

      const answer = await buy(product.id, { quantity: 3, price: 250 });

      expect(answer.status).toBe(201);
      expect(Object.keys(answer.data).sort()).toEqual(
        ['createdAt', 'currency', 'id', 'productId', 'quantity', 'stockAfter', 'total', 'unitPrice'].sort(),
      );
      expect(answer.data).toMatchObject({ productId: product.id, quantity: 3, stockAfter: 7 });
      expect(answer.data).toMatchObject({ unitPrice: 250, total: 750, currency: 'EUR' });
      expect(answer.headers.location).toBe(`/api/v1/purchases/${answer.data.id}`);
      expect(answer.headers['idempotent-replayed']).toBeUndefined();
      const shown = await shop.client.send('GET', String(answer.headers.location), { token: buyer.token });
      expect([shown.status, shown.data]).toEqual([200, answer.data]);
      await auditClean(shop, connection, product.id, { created: [answer] });
    });

    it.each([
      ['no body', undefined],
      ['an empty body', {}],
    ])('when it comes with %s, then one unit is bought', async (_what, body) => {
      const product = await shop.stocked(2);

      const answer = await buy(product.id, body);

      expect([answer.status, answer.data.quantity]).toEqual([201, 1]);
    });

    it('when the largest quantity is there, then it is sold; when it is not, then the answer says how much is', async () => {
      const product = await shop.stocked(1_000_001);

      expect((await buy(product.id, { quantity: 1_000_000 })).status).toBe(201);
      const answer = await buy(product.id, { quantity: 2 });

      expect(refusal(answer)).toEqual([409, 'INSUFFICIENT_STOCK']);
      expect(answer.error.details).toEqual({ requested: 2, available: 1 });
    });

    it.each(badQuantities)('when the quantity is %s, then 400 names it and nothing moves', async (_what, json) => {
      const product = await shop.stocked(5);

      const answer = await shop.client.buy(product.id, { token: buyer.token, rawBody: `{"quantity":${json}}` });

      expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
      expect(faultyFields(answer)[0]).toMatch(/^quantity/);
      await nothingMoved(product.id);
    });

    it.each([
      ['a negative price', '{"price":-1}', ['price']],
      ['a price as text', '{"price":"1999"}', ['price']],
      ['a price past the bound', '{"price":1000000001}', ['price']],
      ['several faults', '{"quantity":0,"price":1.5,"colour":"red"}', ['colour', 'price', 'quantity']],
      ['a list', '[]', ['']],
      ['null', 'null', ['']],
    ])('when the body has %s, then 400 names every fault and nothing moves', async (_what, rawBody, fields) => {
      const product = await shop.stocked(5);

      const answer = await shop.client.buy(product.id, { token: buyer.token, rawBody });

      expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
      expect(faultyFields(answer)).toEqual(fields);
      await nothingMoved(product.id);
    });

    it.each([
      ['no JSON', '{"quantity":', {}, [400, 'MALFORMED_JSON']],
      [
        'a form',
        'quantity=1',
        { 'content-type': 'application/x-www-form-urlencoded' },
        [415, 'UNSUPPORTED_MEDIA_TYPE'],
      ],
      ['over 100 kB', JSON.stringify({ quantity: 1, x: 'x'.repeat(102_400) }), {}, [413, 'BODY_TOO_LARGE']],
    ])('when the body is %s, then it is refused and nothing moves', async (_what, rawBody, headers, expected) => {
      const product = await shop.stocked(5);

      const answer = await shop.client.buy(product.id, { token: buyer.token, rawBody, headers });

      expect(refusal(answer)).toEqual(expected);
      await nothingMoved(product.id);
    });

    it.each([
      ['empty', ''],
      ['of 129 characters', 'k'.repeat(129)],
      ['with a tab', 'a\tb'],
      ['with a blank', 'a b'],
      ['with a letter beyond ASCII', 'cl\u00e9'],
    ])('when the key is %s, then 400 names it and nothing moves', async (_what, key) => {
      const product = await shop.stocked(5);

      const answer = await shop.client.buy(product.id, { token: buyer.token, key });

      expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
      expect(faultyFields(answer)).toEqual(['Idempotency-Key']);
      await nothingMoved(product.id);
    });

    it.each(['\u0000', '\u0001', '\u001f', '\u007f'])(
      'when the key has the control character %j, then it is refused and nothing moves',
      async (character) => {
        const product = await shop.stocked(5);
        const lines = [
          `POST /api/v1/products/${product.id}/purchase HTTP/1.1`,
          'Host: localhost',
          'Connection: close',
          `Authorization: Bearer ${buyer.token}`,
          `Idempotency-Key: a${character}b`,
          'Content-Length: 0',
        ];

        const said = await sendRaw(Number(new URL(shop.url).port), `${lines.join('\r\n')}\r\n\r\n`);

        expect(said).toMatch(/^HTTP\/1\.1 400 /);
        await nothingMoved(product.id);
      },
    );

    it('when the key has 128 characters, then it is taken', async () => {
      const product = await shop.stocked(5);
      const answers = [1, 2].map(() =>
        shop.client.buy(product.id, { token: buyer.token, key: '~'.repeat(128), body: { quantity: 2 } }),
      );

      const [first, second] = await Promise.all(answers);

      expect([first?.status, second?.text]).toEqual([201, first?.text]);
      expect(await auditClean(shop, connection, product.id, { created: await Promise.all(answers) })).toHaveLength(2);
    });

    it('when another price is expected, then 409 says which it is and nothing moves', async () => {
      const product = await shop.stocked(5, { price: 100 });

      const answer = await buy(product.id, { price: 99 });

      expect(refusal(answer)).toEqual([409, 'PRICE_CHANGED']);
      expect(answer.error.details).toEqual({ price: 100 });
      await nothingMoved(product.id);
    });

    it.each([
      ['has not begun', { saleStartsAt: inHours(1) }],
      ['is over', { saleEndsAt: inHours(-1) }],
    ])('when the sale %s, then 409 says when it is and nothing moves', async (_what, window) => {
      const product = await shop.stocked(5, window);

      const answer = await buy(product.id);

      expect(refusal(answer)).toEqual([409, 'SALE_NOT_OPEN']);
      expect(answer.error.details).toEqual({ saleStartsAt: product.saleStartsAt, saleEndsAt: product.saleEndsAt });
      await nothingMoved(product.id);
    });

    it('when the sale is on, or is opened by an edit, then it sells', async () => {
      const open = await shop.stocked(5, { saleStartsAt: inHours(-1), saleEndsAt: inHours(1) });
      const closed = await shop.stocked(5, { saleStartsAt: inHours(1) });
      await shop.client.patch(closed.id, { token: shop.manager.token, body: { saleStartsAt: null } });

      expect((await buy(open.id)).status).toBe(201);
      expect((await buy(closed.id)).status).toBe(201);
    });

    it('when a customer would pass the limit, then 409 says what they have, and less can still be bought', async () => {
      const product = await shop.stocked(50, { perCustomerLimit: 3 });
      await buy(product.id, { quantity: 2 });

      const answer = await buy(product.id, { quantity: 2 });

      expect(refusal(answer)).toEqual([409, 'LIMIT_REACHED']);
      expect(answer.error.details).toEqual({ limit: 3, bought: 2, requested: 2 });
      expect((await buy(product.id, { quantity: 1 })).status).toBe(201);
      expect((await buy(product.id, { quantity: 3 }, person().token)).status).toBe(201);
    });

    it('when there is no such product, then 404; when the id is none, then 400', async () => {
      expect(refusal(await buy(newId()))).toEqual([404, 'NOT_FOUND']);
      expect(refusal(await buy('lamp'))).toEqual([400, 'INVALID_ID']);
    });

    it('when the product has been deleted, then it cannot be bought', async () => {
      const product = await shop.stocked(5);
      await shop.client.api('DELETE', `/products/${product.id}`, { token: person('admin').token });

      expect(refusal(await buy(product.id))).toEqual([404, 'NOT_FOUND']);
      await nothingMoved(product.id);
    });

    it.each([
      ['no token', undefined, 'UNAUTHENTICATED'],
      ['a made-up token', 'abc', 'UNAUTHENTICATED'],
      [
        'a token of another secret',
        createTokenService({ secret: 's'.repeat(32), accessTtlSeconds: 60 }).issue(buyer).accessToken,
        'UNAUTHENTICATED',
      ],
    ])('when it comes with %s, then 401 and nothing moves', async (_what, token, code) => {
      const product = await shop.stocked(5);

      const answer = await shop.client.buy(product.id, { token });

      expect(refusal(answer)).toEqual([401, code]);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      await nothingMoved(product.id);
    });

    it('when it is asked for with another method, then 405 says which is allowed', async () => {
      const answer = await shop.client.api('PUT', `/products/${newId()}/purchase`, { token: buyer.token, body: {} });

      expect(refusal(answer)).toEqual([405, 'METHOD_NOT_ALLOWED']);
      expect(answer.headers.allow).toContain('POST');
    });
  });

  describe('GET /purchases/:id', () => {
    it('when its buyer, a manager or an admin asks, then they see it; for anybody else there is none', async () => {
      const product = await shop.stocked(5);
      const { data } = await buy(product.id);
      const ask = (token?: string) => shop.client.api('GET', `/purchases/${data.id}`, { token });

      for (const { token } of [buyer, shop.manager, person('admin')]) {
        expect((await ask(token)).data).toEqual(data);
      }
      expect(refusal(await ask(person().token))).toEqual([404, 'NOT_FOUND']);
      expect(refusal(await ask())).toEqual([401, 'UNAUTHENTICATED']);
    });

    it('when the price changes later, then the purchase keeps what was paid', async () => {
      const product = await shop.stocked(5, { price: 100 });
      const { data } = await buy(product.id, { quantity: 2 });
      await shop.client.patch(product.id, { token: shop.manager.token, body: { price: 900 } });

      const answer = await shop.client.api('GET', `/purchases/${data.id}`, { token: buyer.token });

      expect(answer.data).toMatchObject({ unitPrice: 100, total: 200 });
    });

    it('when the id is of no purchase, then 404; when it is none, then 400', async () => {
      const product = await shop.stocked(5);
      const [initial] = (await shop.client.movements(product.id, { token: shop.manager.token })).data;
      const ask = (id: string) => shop.client.api('GET', `/purchases/${id}`, { token: shop.manager.token });

      expect(refusal(await ask(newId()))).toEqual([404, 'NOT_FOUND']);
      expect(refusal(await ask(String(initial?.id)))).toEqual([404, 'NOT_FOUND']);
      expect(refusal(await ask('first'))).toEqual([400, 'INVALID_ID']);
    });
  });

  describe('GET /purchases', () => {
    const idsOf = (pages: unknown[][]): string[] => (pages.flat() as Purchase[]).map(({ id }) => id);

    it('when purchases are added between the pages, then none is skipped, doubled or of somebody else', async () => {
      const product = await shop.stocked(1000);
      const { token } = person();
      const bought: string[] = [];
      for (let each = 0; each < 7; each++) bought.push((await buy(product.id, {}, token)).data.id);
      await buy(product.id, {}, person().token);

      const pages = await allPages(shop.client, '/purchases?limit=3', token, () => buy(product.id, {}, token));

      expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
      expect(idsOf(pages)).toEqual(bought.reverse());
    });

    it('when a manager asks, then everybody’s are listed; when a new customer asks, then none', async () => {
      const product = await shop.stocked(10);
      const people = [person(), person(), person()];
      for (const { token } of people) await buy(product.id, {}, token);

      const all = await shop.client.purchases({ token: shop.manager.token }, '?limit=3');
      const none = await shop.client.purchases({ token: person().token });

      expect(all.data.map(({ productId }) => productId)).toEqual([product.id, product.id, product.id]);
      expect([none.status, none.data, none.meta]).toEqual([200, [], { limit: 20, nextCursor: null }]);
    });

    it.each([
      ['?limit=0', 'query.limit'],
      ['?limit=101', 'query.limit'],
      ['?limit=1.5', 'query.limit'],
      ['?limit=2&limit=3', 'query.limit'],
      ['?cursor=', 'query.cursor'],
      ['?page=2', 'query.page'],
    ])('when the query is %s, then 400 names it', async (query, field) => {
      const answer = await shop.client.purchases({ token: buyer.token }, query);

      expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
      expect(faultyFields(answer)).toContain(field);
    });

    it('when the cursor is made up or of another list, then 400; when nobody has signed in, then 401', async () => {
      const product = await shop.stocked(10);
      await buy(product.id);
      const { meta } = await shop.client.movements(product.id, { token: shop.manager.token }, '?limit=1');

      for (const cursor of ['abc', String(meta.nextCursor)]) {
        const answer = await shop.client.purchases({ token: buyer.token }, `?cursor=${cursor}`);
        expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
      }
      expect(refusal(await shop.client.purchases({}))).toEqual([401, 'UNAUTHENTICATED']);
    });
  });
});
