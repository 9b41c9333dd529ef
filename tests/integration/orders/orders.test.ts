import type { Connection } from 'mongoose';
import type { OrderView } from '../../../src/schemas/order.js';
import { newId } from '../../../src/utils/uuid.js';
import { auditClean } from '../../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { messagesGone, orderCalls, type OrderCalls } from '../../helpers/orders.js';
import { expectNobodyTurnedAway, patiently } from '../../helpers/patiently.js';
import { person, startShop, type LocalShop } from '../../helpers/shop.js';
import { waitFor } from '../../helpers/wait-for.js';

describeMongo('orders', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  let orders: OrderCalls;
  const customer = person();

  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
    orders = orderCalls(shop.client);
  });
  afterAll(() => shop.close());

  const stockOf = async (id: string) => {
    const { data } = await shop.client.product(id);
    return { stock: data.stock, sold: data.sold };
  };
  const stockBack = (id: string, expected: { stock: number; sold: number }) =>
    waitFor(async () => JSON.stringify(await stockOf(id)) === JSON.stringify(expected), { what: 'the stock' });
  /** All events have had their effect. */
  const eventsDone = () => messagesGone(connection);
  /** Whoever is told to come again does so, under the same key. */
  const surelyPlaced = ({ token }: { token: string }, productId: string) => {
    const key = newId();
    return patiently(() => orders.place({ token, key, body: { productId, quantity: 1 } }));
  };
  const confirmed = async (productId: string, quantity: number, who = customer): Promise<OrderView> => {
    const { data } = await orders.place({ token: who.token, body: { productId, quantity } });
    return orders.settled(data.id, who.token);
  };

  describe('POST /orders', () => {
    it('when there is stock, then it answers a pending order, and the order is confirmed and its stock taken', async () => {
      const product = await shop.stocked(10, { name: 'Kettle', price: 250 });

      const placed = await orders.place({ token: customer.token, body: { productId: product.id, quantity: 3 } });

      expect(placed.status).toBe(201);
      expect(placed.headers.location).toBe(`/api/v1/orders/${placed.data.id}`);
      expect(placed.data).toEqual({
        id: placed.data.id,
        status: 'pending',
        items: [{ productId: product.id, quantity: 3, unitPrice: 250, name: 'Kettle' }],
        total: 750,
        currency: 'USD',
        createdAt: placed.data.createdAt,
        updatedAt: placed.data.createdAt,
      });
      expect(await orders.settled(placed.data.id, customer.token)).toMatchObject({ status: 'confirmed', total: 750 });
      expect(await stockOf(product.id)).toEqual({ stock: 7, sold: 3 });
      await auditClean(shop, connection, product.id, { sawAll: false });
    });

    it('when a product comes twice, then its quantities are summed, beside the other items', async () => {
      const [first, second] = await Promise.all([shop.stocked(10, { price: 100 }), shop.stocked(10, { price: 7 })]);
      const items = [
        { productId: first.id, quantity: 2 },
        { productId: second.id, quantity: 1, price: 7 },
        { productId: first.id.toUpperCase(), quantity: 3 },
      ];

      const { status, data } = await orders.place({ token: customer.token, body: { items } });

      expect(status).toBe(201);
      expect(data.items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
        [first.id, 5],
        [second.id, 1],
      ]);
      expect(data.total).toBe(507);
      expect((await orders.settled(data.id, customer.token)).status).toBe('confirmed');
      expect([await stockOf(first.id), await stockOf(second.id)]).toEqual([
        { stock: 5, sold: 5 },
        { stock: 9, sold: 1 },
      ]);
    });

    it('when one item cannot be had, then the order is rejected with the reason, and nothing is taken', async () => {
      const [much, little] = await Promise.all([shop.stocked(10), shop.stocked(1)]);
      const items = [
        { productId: much.id, quantity: 1 },
        { productId: little.id, quantity: 2 },
      ];

      const { data } = await orders.place({ token: customer.token, body: { items } });

      const settled = await orders.settled(data.id, customer.token);
      expect(settled.status).toBe('rejected');
      expect(settled.reason).toBe('INSUFFICIENT_STOCK');
      expect(await stockOf(much.id)).toEqual({ stock: 10, sold: 0 });
    });

    it('when the price is not the expected one, then it answers 409 with the price', async () => {
      const product = await shop.stocked(10, { price: 100 });

      const { status, error } = await orders.place({
        token: customer.token,
        body: { productId: product.id, quantity: 1, price: 99 },
      });

      expect([status, error.code, error.details]).toEqual([
        409,
        'PRICE_CHANGED',
        { price: 100, productId: product.id, index: 0 },
      ]);
    });

    it('when a product does not exist or is deleted, then it answers 404 and stores nothing', async () => {
      const gone = await shop.stocked(1);
      const admin = person('admin');
      await shop.client.api('DELETE', `/products/${gone.id}`, { token: admin.token });
      const buyer = person();

      const answers = await Promise.all(
        [newId(), gone.id].map((productId) =>
          orders.place({ token: buyer.token, body: { items: [{ productId, quantity: 1 }] } }),
        ),
      );

      expect(answers.map(({ status, error }) => [status, error.code])).toEqual([
        [404, 'NOT_FOUND'],
        [404, 'NOT_FOUND'],
      ]);
      expect((await orders.list(buyer.token)).data).toEqual([]);
    });

    it('when items have different currencies, then it answers 400 and names them', async () => {
      const [dollars, euros] = await Promise.all([shop.stocked(1), shop.stocked(1, { currency: 'EUR' })]);
      const items = [dollars, euros].map(({ id }) => ({ productId: id, quantity: 1 }));

      const { status, error } = await orders.place({ token: customer.token, body: { items } });

      expect([status, error.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(error.details).toMatchObject([{ path: 'items.1.productId' }]);
    });

    it('when the total cannot be counted, then it answers 400', async () => {
      const dear = await Promise.all(Array.from({ length: 10 }, () => shop.stocked(1, { price: 1_000_000_000 })));
      const items = dear.map(({ id }) => ({ productId: id, quantity: 1_000_000 }));

      const { status, error } = await orders.place({ token: customer.token, body: { items } });

      expect([status, error.code]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it.each([
      ['nothing', {}, ['productId', 'quantity']],
      ['an item without a quantity', { productId: newId() }, ['quantity']],
      ['both shapes', { productId: newId(), items: [{ productId: newId(), quantity: 1 }] }, ['productId']],
      ['no items', { items: [] }, ['items']],
      ['51 items', { items: Array.from({ length: 51 }, () => ({ productId: newId(), quantity: 1 })) }, ['items']],
      [
        'faults everywhere',
        { items: [{ productId: 'x', quantity: 0, colour: 1 }], note: 1 },
        ['items.0.productId', 'items.0.quantity', 'items.0.colour', 'note'],
      ],
      ['a fraction', { productId: newId(), quantity: 1.5 }, ['quantity']],
    ])('when the body has %s, then it answers 400 and names each fault', async (_what, body, paths) => {
      const { status, error } = await orders.place({ token: customer.token, body });

      expect([status, error.code]).toEqual([400, 'VALIDATION_FAILED']);
      const named = (error.details as { path: string }[]).map(({ path }) => path);
      expect(named.toSorted()).toEqual(paths.toSorted());
    });

    it('when nobody has signed in, then it answers 401', async () => {
      const { status, headers } = await orders.place({ body: { productId: newId(), quantity: 1 } });

      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    });

    it('when it is repeated with its key, then it gets the first answer byte for byte, and orders once', async () => {
      const product = await shop.stocked(100);
      const buyer = person();
      const call = { token: buyer.token, key: 'again', body: { productId: product.id, quantity: 1 } };

      const answers = await Promise.all(Array.from({ length: 20 }, () => orders.place(call)));
      expectNobodyTurnedAway(answers);
      await orders.settled(answers[0]?.data.id ?? '', buyer.token);
      await shop.client.patch(product.id, { token: shop.manager.token, body: { price: 5 } });
      const late = await orders.place(call);

      expect(new Set([...answers, late].map(({ text }) => text)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
      expect([late.status, late.headers['idempotent-replayed'], late.headers.location]).toEqual([
        201,
        'true',
        `/api/v1/orders/${late.data.id}`,
      ]);
      expect((await orders.list(buyer.token)).data).toHaveLength(1);
    });

    it('when the key comes with another body, then it answers 422', async () => {
      const product = await shop.stocked(100);
      const call = (quantity: number) =>
        orders.place({ token: customer.token, key: 'reused', body: { productId: product.id, quantity } });
      await call(1);

      const { status, error } = await call(2);

      expect([status, error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });
  });

  describe('GET /orders and /orders/:id', () => {
    it('when somebody else asks, then there is no such order; managers and admins see all', async () => {
      const product = await shop.stocked(10);
      const order = await confirmed(product.id, 1);

      const [other, manager, admin, nobody] = await Promise.all([
        orders.get(order.id, person().token),
        orders.get(order.id, person('manager').token),
        orders.get(order.id, person('admin').token),
        shop.client.api('GET', `/orders/${order.id}`),
      ]);

      expect([other.status, manager.status, admin.status, nobody.status]).toEqual([404, 200, 200, 401]);
      expect(manager.data).toEqual(order);
    });

    it('when an id is none, then it answers 400, and an unknown one 404', async () => {
      const answers = [await orders.get('x', customer.token), await orders.get(newId(), customer.token)];

      expect(answers.map(({ status, error }) => [status, error.code])).toEqual([
        [400, 'INVALID_ID'],
        [404, 'NOT_FOUND'],
      ]);
    });

    it('when pages are turned, then each order comes once, newest first, of the asked status and the own ones', async () => {
      const product = await shop.stocked(4);
      const buyer = person();
      const placed: string[] = [];
      for (let each = 0; each < 6; each++) {
        const order = await confirmed(product.id, 1, buyer);
        placed.unshift(order.id);
      }
      await confirmed(product.id, 1);
      const seen: string[] = [];
      let query = '?limit=2';
      for (;;) {
        const { data, meta } = await orders.list(buyer.token, query);
        seen.push(...data.map(({ id }) => id));
        if (meta.nextCursor === null) break;
        query = `?limit=2&cursor=${meta.nextCursor}`;
      }

      const rejected = await orders.list(buyer.token, '?status=rejected');

      expect(seen).toEqual(placed);
      expect(rejected.data.map(({ id }) => id)).toEqual(placed.slice(0, 2));
      const all = await orders.list(shop.manager.token, '?status=confirmed&limit=100');
      expect(all.data.map(({ id }) => id)).toEqual(expect.arrayContaining(placed.slice(2)));
    });

    it.each(['?limit=0', '?limit=101', '?status=lost', '?cursor=x', '?colour=red'])(
      'when the query is %s, then it answers 400',
      async (query) => {
        const { status, error } = await orders.list(customer.token, query);

        expect([status, error.code]).toEqual([400, 'VALIDATION_FAILED']);
      },
    );
  });

  describe('GET /orders/product/:productId', () => {
    it('when it is read twice, then the second is a hit, until an order of the product changes', async () => {
      const product = await shop.stocked(10);
      const order = await confirmed(product.id, 1);
      // What has confirmed it ends the list once more behind that.
      await eventsDone();
      const read = (call = {}) => orders.ofProduct(product.id, { token: customer.token, ...call });

      const [first, second] = [await read(), await read()];
      const past = await read({ headers: { 'cache-control': 'no-cache' } });
      await orders.cancel(order.id, { token: customer.token });
      const after = await read();

      expect([first, second, past, after].map(({ headers }) => headers['x-cache'])).toEqual([
        'MISS',
        'HIT',
        'BYPASS',
        'MISS',
      ]);
      expect(second.text).toBe(first.text);
      expect(first.data).toEqual([order]);
      expect(after.data).toMatchObject([{ id: order.id, status: 'cancelled' }]);
    });

    it('when orders change a hundred times, then each list shows each change at once', async () => {
      const product = await shop.stocked(1_000);
      const buyer = person();
      const read = async (token: string) => {
        const { data } = await orders.ofProduct(product.id, { token }, '?limit=1');
        return data[0];
      };
      for (let each = 0; each < 50; each++) {
        const { data } = await orders.place({ token: buyer.token, body: { productId: product.id, quantity: 1 } });
        expect(await read(buyer.token)).toMatchObject({ id: data.id });
        const seen = await orders.settled(data.id, buyer.token);
        expect(await read(shop.manager.token)).toEqual(seen);
        const cancelled = await orders.cancel(data.id, { token: buyer.token });
        expect(await read(buyer.token)).toEqual(cancelled.data);
      }
    });

    it('when others look, then customers see their own orders and managers all', async () => {
      const product = await shop.stocked(10);
      const [mine, theirs] = [person(), person()];
      const [first, second] = [await confirmed(product.id, 1, mine), await confirmed(product.id, 1, theirs)];

      const seen = await Promise.all(
        [mine, theirs, shop.manager, person()].map(({ token }) => orders.ofProduct(product.id, { token })),
      );

      expect(seen.map(({ data }) => data.map(({ id }) => id))).toEqual([
        [first.id],
        [second.id],
        [second.id, first.id],
        [],
      ]);
      expect((await shop.client.api('GET', `/orders/product/${product.id}`)).status).toBe(401);
    });
  });

  describe('POST /orders/:id/cancel', () => {
    it('when a confirmed order is cancelled twice, then its stock goes back once', async () => {
      const product = await shop.stocked(10);
      const order = await confirmed(product.id, 4);

      const first = await orders.cancel(order.id, { token: customer.token });
      const second = await orders.cancel(order.id, { token: customer.token });

      expect([first.status, first.data.status, second.status, second.data]).toEqual([
        200,
        'cancelled',
        200,
        first.data,
      ]);
      await stockBack(product.id, { stock: 10, sold: 0 });
      const lines = await auditClean(shop, connection, product.id, { sawAll: false });
      expect(lines.map(({ type }) => type)).toEqual(['initial', 'sale', 'cancel']);
    });

    it('when it comes with a key, then a repeat gets the first answer, and for another order 422', async () => {
      const product = await shop.stocked(10);
      const [order, other] = [await confirmed(product.id, 1), await confirmed(product.id, 1)];
      const call = { token: customer.token, key: 'cancel-it' };

      const answers = await Promise.all(Array.from({ length: 5 }, () => orders.cancel(order.id, call)));
      const reused = await orders.cancel(other.id, call);

      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
      expect([reused.status, reused.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });

    it('when the order was rejected, then it answers 409', async () => {
      const product = await shop.stocked(1);
      const order = await confirmed(product.id, 2);

      const { status, error } = await orders.cancel(order.id, { token: customer.token });

      expect([status, error.code, error.details]).toEqual([409, 'ORDER_STATE', { status: 'rejected' }]);
    });

    it('when somebody else cancels, then there is no such order; a manager may', async () => {
      const product = await shop.stocked(1);
      const order = await confirmed(product.id, 1);

      const other = await orders.cancel(order.id, { token: person().token });
      const manager = await orders.cancel(order.id, { token: shop.manager.token });

      expect([other.status, manager.status]).toEqual([404, 200]);
      expect((await orders.cancel(newId(), { token: customer.token })).status).toBe(404);
    });

    it('when orders are cancelled as soon as they are placed, then all end cancelled and all stock is back', async () => {
      const product = await shop.stocked(50);
      const placed = await Promise.all(
        Array.from({ length: 40 }, () => surelyPlaced({ token: customer.token }, product.id)),
      );

      const cancelled = await Promise.all(
        placed.map(({ data }) => patiently(() => orders.cancel(data.id, { token: customer.token }))),
      );

      expect(cancelled.map(({ data }) => data.status)).toEqual(placed.map(() => 'cancelled'));
      await eventsDone();
      await stockBack(product.id, { stock: 50, sold: 0 });
      await auditClean(shop, connection, product.id, { sawAll: false });
    });
  });

  it('when 100 customers order at once what is there for 30, then 30 are confirmed and 70 rejected', async () => {
    const product = await shop.stocked(30);
    const buyers = Array.from({ length: 100 }, () => person());

    const placed = await Promise.all(
      buyers.map(async (buyer) => {
        const { data } = await surelyPlaced(buyer, product.id);
        return orders.settled(data.id, buyer.token);
      }),
    );

    const count = (status: string) => placed.filter((order) => order.status === status).length;
    expect({ confirmed: count('confirmed'), rejected: count('rejected') }).toEqual({ confirmed: 30, rejected: 70 });
    expect(await stockOf(product.id)).toEqual({ stock: 0, sold: 30 });
    await auditClean(shop, connection, product.id, { sawAll: false });
  });
});
