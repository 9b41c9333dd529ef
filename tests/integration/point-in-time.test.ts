import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import type { ProductDocument } from '../../src/models/product.model.js';
import { createStockRewind } from '../../src/models/stock-rewind.js';
import { stockAt, type StockAt } from '../../src/models/stock-at.js';
import { newId } from '../../src/utils/uuid.js';
import { auditEverything, backUp, restoreInto } from '../helpers/backup.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { messagesGone, orderCalls } from '../helpers/orders.js';
import { temporaryDir } from '../helpers/service.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

jest.setTimeout(240_000);

/** What is to be as it was: everything about stock, but for times of changes and what products are described by. */
const stockState = async (connection: Connection) => {
  const all = (name: string, fields: Record<string, 0 | 1>) =>
    connection
      .collection(name)
      .find({}, { projection: fields, sort: { _id: 1 } })
      .toArray();
  const rest = { updatedAt: 0 } as const;
  return {
    products: await all('products', { stock: 1, stockBand: 1, sold: 1, reserved: 1, seq: 1 }),
    movements: await all('stock_movements', {}),
    holds: await all('holds', { ...rest, expiresAt: 0 }),
    counters: (await all('customer_counters', {})).filter((counter) => counter['units'] !== 0),
    orderStock: await all('order_stock', rest),
    orders: await all('orders', rest),
    commands: await all('commands', {}),
  };
};

describeMongo('stock as of a time', () => {
  const source = freshDatabase();
  const target = freshDatabase();
  const temporary = temporaryDir();
  let from: Connection;
  let to: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    from = await source.connect();
    to = await target.connect();
    shop = await startShop(source.uri, { env: { RUN_JOBS: '0' } });
  });
  afterAll(() => shop.close());

  /** A time that everything so far is before, and everything to come behind. */
  const momentBetween = async (): Promise<Date> => {
    await messagesGone(from);
    const at = new Date();
    await waitFor(() => Date.now() > at.getTime() + 1, { intervalMs: 1 });
    return at;
  };
  const numbersAt = async (until: Date): Promise<Map<string, StockAt>> => {
    const found = new Map<string, StockAt>();
    for await (const row of stockAt(from, until)) found.set(row._id, row);
    return found;
  };

  it('when a backup is restored as of a time, then stock, holds, limits and orders are what they were', async () => {
    const [alice, bob, carol] = [person(), person(), person()];
    const [orders, { client }] = [orderCalls(shop.client), shop];
    const [lamp, limited, plain] = [
      await shop.stocked(100),
      await shop.stocked(100, { perCustomerLimit: 20 }),
      await shop.stocked(10),
    ];
    const buy = (id: string, { token }: { token: string }, quantity: number) =>
      client.buy(id, { token, key: newId(), body: { quantity } });
    const reserve = async (id: string, { token }: { token: string }) =>
      (await client.reserve(id, { token, body: { quantity: 3 } })).data.id;
    const place = async (productId: string, quantity: number, { token }: { token: string }) => {
      const { data } = await orders.place({ token, body: { productId, quantity } });
      await orders.settled(data.id, token);
      return data.id;
    };

    await buy(lamp.id, alice, 2);
    await buy(limited.id, alice, 4);
    const [confirmedLater, releasedLater, kept] = [
      await reserve(limited.id, alice),
      await reserve(lamp.id, bob),
      await reserve(limited.id, carol),
    ];
    const cancelledLater = await place(lamp.id, 5, bob);
    await place(limited.id, 2, bob);
    const at = await momentBetween();
    const then = await stockState(from);

    await buy(lamp.id, bob, 1);
    await buy(limited.id, bob, 3);
    await client.confirm(confirmedLater, { token: alice.token });
    await client.release(releasedLater, { token: bob.token });
    const short = await reserve(lamp.id, carol);
    await client.release(short, { token: carol.token });
    await orders.cancel(cancelledLater, { token: bob.token });
    await place(lamp.id, 7, carol);
    await place(plain.id, 1_000, carol);
    await client.change(plain.id, { token: shop.manager.token, body: { delta: 5, reason: 'found' } });
    const madeLater = await shop.stocked(3);
    await messagesGone(from);

    const out = join(temporary(), newId());
    await backUp(from, out);
    await restoreInto(to, out, async () => {
      const gone = await createStockRewind(to).to(at, () => undefined);
      expect(gone.products).toBe(4);
    });

    const rewound = await stockState(to);
    expect(rewound).toEqual(then);
    expect(rewound.holds.map(({ _id, status }) => [String(_id), status as string]).sort()).toEqual(
      [confirmedLater, releasedLater, kept].map((id) => [id, 'held']).sort(),
    );
    expect(await auditEverything(to)).toEqual({ products: 3, faults: [] });

    const numbers = await numbersAt(at);
    expect([...numbers.keys()]).not.toContain(madeLater.id);
    for (const stored of then.products as unknown as ProductDocument[]) {
      const { _id, stock, sold, reserved, seq } = stored;
      expect(numbers.get(_id)).toMatchObject({ stock, sold, reserved, lines: seq });
    }
  });

  it('when an order was not decided at that time, then it is pending and is decided anew by a service that starts', async () => {
    const [dan, orders] = [person(), orderCalls(shop.client)];
    const product = await shop.stocked(5);
    const placed = await orders.place({ token: dan.token, body: { productId: product.id, quantity: 2 } });
    const madeAt = new Date(placed.data.createdAt);
    await orders.settled(placed.data.id, dan.token);
    await messagesGone(from);
    // As if its stock had been taken a minute later.
    const later = new Date(madeAt.getTime() + 60_000);
    await from.collection('stock_movements').updateMany({ reference: placed.data.id }, { $set: { createdAt: later } });
    await from
      .collection<{ _id: string }>('order_stock')
      .updateOne({ _id: placed.data.id }, { $set: { createdAt: later } });
    await from.collection<{ _id: string }>('orders').updateOne({ _id: placed.data.id }, { $set: { updatedAt: later } });

    const out = join(temporary(), newId());
    await backUp(from, out);
    await to.dropDatabase();
    await restoreInto(to, out, async () => {
      await createStockRewind(to).to(new Date(madeAt.getTime() + 1_000), () => undefined);
    });
    const found = await to.collection<{ _id: string }>('orders').findOne({ _id: placed.data.id });
    expect(found).toMatchObject({ status: 'pending' });
    expect((await auditEverything(to)).faults).toEqual([]);

    const there = await startShop(target.uri, { env: { RUN_JOBS: '0' } });
    const settled = await orderCalls(there.client).settled(placed.data.id, dan.token);
    const { data } = await there.client.product(product.id);
    await there.close();
    expect([settled.status, data.stock, data.sold]).toEqual(['confirmed', 3, 2]);
  });
});
