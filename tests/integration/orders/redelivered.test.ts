import type { Connection } from 'mongoose';
import { orderCollection, type OrderDocument } from '../../../src/models/order.model.js';
import type { DomainEvent } from '../../../src/schemas/events.js';
import { cancelledEvent, createdEvent } from '../../../src/services/orders/new-order.js';
import { newId } from '../../../src/utils/uuid.js';
import { auditClean, ledgerOf } from '../../helpers/audit-clean.js';
import { many } from '../../helpers/events.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { messagesGone } from '../../helpers/orders.js';
import { describeRabbit, freshPrefix, rabbitUrl } from '../../helpers/rabbit.js';
import { randomFrom } from '../../helpers/random.js';
import { noteOf, outboxOf } from '../../helpers/relay.js';
import { seed } from '../../helpers/seed.js';
import { startShop, type LocalShop } from '../../helpers/shop.js';
import { waitFor } from '../../helpers/wait-for.js';

const copies = 3;

const shuffled = <T>(items: readonly T[]): T[] => {
  const random = randomFrom(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
};

/** The sum of a counter of the metrics page over the lines that begin so. */
const counted = (metrics: string, beginning: string): number =>
  metrics
    .split('\n')
    .filter((line) => line.startsWith(beginning))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);

/** Whatever the bus is. @param countsAll whether each copy of a message that still waits is a message of its own */
const redeliveries = (settings: () => Readonly<Record<string, string>>, countsAll: boolean): void => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri, { env: settings() });
  });
  afterAll(() => shop.close());

  const orders = () => connection.collection<OrderDocument>(orderCollection);
  const orderOf = (status: 'pending' | 'cancelled', productId: string): OrderDocument => {
    const at = new Date();
    return {
      _id: newId(),
      buyerId: newId(),
      status,
      items: [{ productId, quantity: 2, unitPrice: 5, name: 'Lamp' }],
      total: 10,
      currency: 'USD',
      reason: null,
      createdAt: at,
      updatedAt: at,
    };
  };
  const eventsOf = (order: OrderDocument): DomainEvent[] =>
    order.status === 'pending'
      ? [createdEvent(order)]
      : [createdEvent(order), cancelledEvent(order._id, order.buyerId, new Date())];

  /** Until each message has been handled, and what that has brought about too. */
  const allHandled = async (published: number): Promise<void> => {
    const isThere = async (): Promise<boolean> => {
      const metrics = await (await fetch(`${shop.url}/metrics`)).text();
      const handled = (queue: string) => counted(metrics, `events_handled_total{queue="${queue}",outcome="done"}`);
      const answered =
        counted(metrics, 'events_published_total{type="order.confirmed",outcome="published"}') +
        counted(metrics, 'events_published_total{type="order.rejected",outcome="published"}');
      return handled('stock.orders') >= published && handled('orders.outcomes') >= answered;
    };
    await messagesGone(connection);
    if (countsAll) await waitFor(isThere, { deadlineMs: 60_000, what: 'the handling of all messages' });
    await messagesGone(connection);
  };

  it('when each message comes three times and in any order, then each order ends once, and units leave and come back once', async () => {
    const product = await shop.stocked(1_000);
    const soldOut = await shop.stocked(0);
    const kept = many(20, () => orderOf('pending', product.id));
    const cancelled = many(20, () => orderOf('cancelled', product.id));
    const refused = many(5, () => orderOf('pending', soldOut.id));
    const placed = [...kept, ...cancelled, ...refused];
    await orders().insertMany(placed);
    const events = placed.flatMap(eventsOf).flatMap((event) => Array.from({ length: copies }, () => event));

    await outboxOf(connection).insertMany(shuffled(events).map((event) => noteOf(event)));
    await allHandled(events.length);
    await waitFor(async () => (await orders().countDocuments({ status: 'pending' })) === 0, {
      what: 'the end of every order',
    });

    const ends = new Map((await orders().find().toArray()).map(({ _id, status }) => [_id, status]));
    const endsOf = (some: readonly OrderDocument[]) => [...new Set(some.map(({ _id }) => ends.get(_id)))];
    expect([endsOf(kept), endsOf(cancelled), endsOf(refused)]).toEqual([['confirmed'], ['cancelled'], ['rejected']]);
    const { data } = await shop.client.product(product.id);
    expect({ stock: data.stock, sold: data.sold }).toEqual({ stock: 1_000 - 2 * kept.length, sold: 2 * kept.length });
    const lines = await ledgerOf(connection, product.id);
    const typesOf = ({ _id }: OrderDocument) =>
      lines.filter(({ reference }) => reference === _id).map(({ type }) => type);
    expect(kept.map(typesOf)).toEqual(kept.map(() => ['sale']));
    for (const order of cancelled) expect([[], ['sale', 'cancel']]).toContainEqual(typesOf(order));
    await auditClean(shop, connection, product.id, { sawAll: false });
  }, 300_000);
};

describeMongo(`messages of orders that come again (seed ${seed})`, () => {
  describeRabbit('by RabbitMQ', () => {
    const prefix = freshPrefix('stock.orders', 'orders.outcomes');
    redeliveries(() => ({ RABBITMQ_URL: rabbitUrl, RABBITMQ_PREFIX: prefix }), true);
  });
  describe('without a broker', () => {
    redeliveries(() => ({}), false);
  });
});
