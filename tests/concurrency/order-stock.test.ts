import type { Connection } from 'mongoose';
import { createCustomerCounterModel } from '../../src/models/customer-counter.model.js';
import { createHoldModel } from '../../src/models/hold.model.js';
import { createOrderStockModel, createOrderStockQueries } from '../../src/models/order-stock.model.js';
import { createOrderStock } from '../../src/services/order-stock.service.js';
import type { OrderToTake } from '../../src/services/order-stock.types.js';
import { newId } from '../../src/utils/uuid.js';
import { auditClean, ledgerOf } from '../helpers/audit-clean.js';
import { createCatalogue, type Catalogue } from '../helpers/catalogue.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { notTurnedAway, patiently } from '../helpers/patiently.js';
import { randomFrom } from '../helpers/random.js';
import { seed } from '../helpers/seed.js';
import { startShop, type LocalShop } from '../helpers/shop.js';

const rounds = process.env['LONG'] === '1' ? 300 : 40;

/** Two engines beside a service, all on one database, as when messages of an order come to different processes. */
describeMongo(`the stock of orders (seed ${seed})`, () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  let stocks: Pick<ReturnType<typeof createOrderStock>, 'take' | 'giveBack'>[];
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
    const orders = createOrderStockQueries({ orderStock: createOrderStockModel(connection) });
    createHoldModel(connection);
    createCustomerCounterModel(connection);
    const catalogues: Catalogue[] = [
      await createCatalogue(connection),
      await createCatalogue(await database.connect()),
    ];
    stocks = catalogues.map(({ engine }) => {
      const { take, giveBack } = createOrderStock({ engine, orders });
      return {
        take: (order) => notTurnedAway(take(order)),
        giveBack: (order) => notTurnedAway(giveBack(order)),
      };
    });
  });
  afterAll(() => shop.close());

  const stockAt = (index: number) => stocks[index % 2] ?? createNone();
  const createNone = (): never => {
    throw new Error('there are two');
  };
  const buyerId = newId();
  const actorId = newId();
  const orderOf = (items: [productId: string, quantity: number][], fields: Partial<OrderToTake> = {}): OrderToTake => ({
    id: newId(),
    buyerId,
    currency: 'EUR',
    items: items.map(([productId, quantity]) => ({ productId, quantity, unitPrice: 70 })),
    ...fields,
  });
  const numbersOf = async (productId: string) => {
    const { data } = await patiently(() => shop.client.audit(productId, { token: shop.manager.token }));
    expect(data.consistent).toBe(true);
    return { stock: data.stock, sold: data.sold };
  };
  /** The purchases that an order left, as the audit wants to see them. */
  const audit = async (productId: string) => auditClean(shop, connection, productId, { sawAll: false });
  const linesOf = async (productId: string, orderId: string) =>
    (await ledgerOf(connection, productId)).filter(({ reference }) => reference === orderId).map(({ type }) => type);

  it('when there is stock for all lines, then all are taken at the prices of the order, under its id', async () => {
    const [first, second] = await Promise.all([shop.stocked(5), shop.stocked(5)]);
    const order = orderOf([
      [first.id, 2],
      [second.id, 3],
      [first.id, 1],
    ]);

    const outcome = await stockAt(0).take(order);

    expect(outcome).toEqual({ status: 'taken' });
    expect([await numbersOf(first.id), await numbersOf(second.id)]).toEqual([
      { stock: 2, sold: 3 },
      { stock: 2, sold: 3 },
    ]);
    const lines = await audit(first.id);
    expect(lines.at(-1)).toMatchObject({ type: 'sale', reference: order.id, buyerId, unitPrice: 70, currency: 'EUR' });
  });

  it('when one line cannot be had, then none is taken, and the reason names the line for good', async () => {
    const [first, second] = await Promise.all([shop.stocked(5), shop.stocked(1)]);
    const order = orderOf([
      [first.id, 2],
      [second.id, 2],
    ]);
    const refused = {
      status: 'refused',
      reason: {
        code: 'INSUFFICIENT_STOCK',
        details: { index: 1, productId: second.id, requested: 2, available: 1 },
      },
    };

    expect(await stockAt(0).take(order)).toEqual(refused);

    const delivery = { token: shop.manager.token, body: { delta: 10, reason: 'delivery' } };
    await patiently(() => shop.client.change(second.id, delivery));
    expect(await stockAt(1).take(order)).toEqual(refused);
    expect(await stockAt(0).giveBack({ id: order.id, actorId })).toEqual({ given: false });
    expect(await numbersOf(first.id)).toEqual({ stock: 5, sold: 0 });
  });

  it('when a product is deleted, then nothing of it is taken, and what was taken before still goes back', async () => {
    const product = await shop.stocked(5);
    const early = orderOf([[product.id, 2]]);
    expect(await stockAt(0).take(early)).toEqual({ status: 'taken' });
    await connection.collection('products').updateOne({ _id: product.id as never }, { $set: { deleted: true } });

    const late = await stockAt(0).take(orderOf([[product.id, 1]]));
    const back = await stockAt(0).giveBack({ id: early.id, actorId });

    expect(late).toMatchObject({ status: 'refused', reason: { code: 'NOT_FOUND' } });
    expect(back).toEqual({ given: true });
    const lines = await audit(product.id);
    expect(lines.at(-1)).toMatchObject({ type: 'cancel', delta: 2, soldDelta: -2, stockAfter: 5, actorId, buyerId });
  });

  it('when a message comes 20 times, by two processes at once, then its effect is there once', async () => {
    const product = await shop.stocked(100);
    const order = orderOf([[product.id, 3]]);
    const each = Array.from({ length: 20 }, (_, index) => stockAt(index));

    const taken = await Promise.all(each.map((stock) => stock.take(order)));
    const sold = await numbersOf(product.id);
    const back = await Promise.all(each.map((stock) => stock.giveBack({ id: order.id, actorId })));

    expect(taken.map(({ status }) => status)).toEqual(each.map(() => 'taken'));
    expect(taken.filter((outcome) => !('again' in outcome))).toHaveLength(1);
    expect(sold).toEqual({ stock: 97, sold: 3 });
    expect(back).toEqual(each.map(() => ({ given: true })));
    expect(await linesOf(product.id, order.id)).toEqual(['sale', 'cancel']);
    expect(await numbersOf(product.id)).toEqual({ stock: 100, sold: 0 });
    await audit(product.id);
  });

  it('when the cancel comes first, then nothing is taken any more', async () => {
    const product = await shop.stocked(5);
    const order = orderOf([[product.id, 3]]);

    expect(await stockAt(0).giveBack({ id: order.id, actorId })).toEqual({ given: false });

    expect(await stockAt(1).take(order)).toEqual({ status: 'returned' });
    expect(await audit(product.id)).toHaveLength(1);
  });

  it('when takes and cancels of many orders race, then after a cancel no unit of its order is out, and none came back twice', async () => {
    const product = await shop.stocked(1000);
    const random = randomFrom(seed);
    const seen = { given: 0, notGiven: 0 };

    await Promise.all(
      Array.from({ length: rounds }, async () => {
        const order = orderOf([[product.id, 2]]);
        const at = random() < 0.5 ? 0 : 1;
        const [, back] = await Promise.all([
          Promise.all([stockAt(at).take(order), stockAt(at + 1).take(order)]),
          stockAt(random() < 0.5 ? 0 : 1).giveBack({ id: order.id, actorId }),
        ]);
        seen[back.given ? 'given' : 'notGiven']++;
        expect(await linesOf(product.id, order.id)).toEqual(back.given ? ['sale', 'cancel'] : []);
        expect(await stockAt(at).take(order)).toEqual({ status: 'returned' });
      }),
    );

    expect(seen.given + seen.notGiven).toBe(rounds);
    expect(await numbersOf(product.id)).toEqual({ stock: 1000, sold: 0 });
    await audit(product.id);
  });

  it('when 100 orders of two lines want the last units of one, then as many are taken as there are, whole', async () => {
    const [scarce, plenty] = await Promise.all([shop.stocked(7), shop.stocked(1000)]);

    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        stockAt(index).take(
          orderOf([
            [plenty.id, 1],
            [scarce.id, 1],
          ]),
        ),
      ),
    );

    expect(outcomes.filter(({ status }) => status === 'taken')).toHaveLength(7);
    expect(outcomes.filter(({ status }) => status === 'refused')).toHaveLength(93);
    expect([await numbersOf(scarce.id), await numbersOf(plenty.id)]).toEqual([
      { stock: 0, sold: 7 },
      { stock: 993, sold: 7 },
    ]);
    await Promise.all([audit(scarce.id), audit(plenty.id)]);
  });

  it('when a customer has a limit, then orders count, whoever carries the message, and a cancel gives back', async () => {
    const limited = await shop.stocked(100, { perCustomerLimit: 3 });
    const customer = newId();
    const take = (quantity: number) => {
      const order = orderOf([[limited.id, quantity]], { buyerId: customer });
      return stockAt(0)
        .take(order)
        .then((outcome) => ({ order, outcome }));
    };
    const first = await take(3);
    const second = await take(1);
    await stockAt(1).giveBack({ id: first.order.id, actorId });
    const third = await take(3);

    expect([first, second, third].map(({ outcome }) => outcome)).toMatchObject([
      { status: 'taken' },
      { status: 'refused', reason: { code: 'LIMIT_REACHED', details: { limit: 3, bought: 3, requested: 1 } } },
      { status: 'taken' },
    ]);
    await audit(limited.id);
  });

  it('when the limit is younger than an order that was given back, then only what the customer kept counts', async () => {
    const product = await shop.stocked(100);
    const customer = newId();
    const take = (quantity: number) => {
      const order = orderOf([[product.id, quantity]], { buyerId: customer });
      return stockAt(0)
        .take(order)
        .then((outcome) => ({ order, outcome }));
    };
    const early = await take(2);
    await take(1);
    await stockAt(0).giveBack({ id: early.order.id, actorId });
    const limited = { token: shop.manager.token, body: { perCustomerLimit: 3 } };
    await patiently(() => shop.client.patch(product.id, limited));

    expect((await take(3)).outcome).toMatchObject({ reason: { details: { bought: 1 } } });

    expect((await take(2)).outcome).toEqual({ status: 'taken' });
    await audit(product.id);
  });
});
