import type { Connection } from 'mongoose';
import { createOrderOutcomeStore } from '../../../src/models/order-outcomes.js';
import { createOrderModel, orderCollection, type OrderDocument } from '../../../src/models/order.model.js';
import type { AnyOf } from '../../../src/schemas/events.js';
import type { OrderStatus } from '../../../src/schemas/order.js';
import { createOrderOutcomes } from '../../../src/services/orders/order-outcomes.service.js';
import { newId } from '../../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';

type Outcome = AnyOf<'order.confirmed' | 'order.rejected'>;

const envelope = () => ({ id: newId(), version: 1, occurredAt: new Date().toISOString() }) as const;
const confirmed = (orderId: string): Outcome => ({ ...envelope(), type: 'order.confirmed', data: { orderId } });
const rejected = (orderId: string): Outcome => ({
  ...envelope(),
  type: 'order.rejected',
  data: { orderId, reason: { code: 'INSUFFICIENT_STOCK', details: { available: 1 } } },
});

describeMongo('order outcomes', () => {
  const database = freshDatabase();
  let connection: Connection;
  beforeAll(async () => {
    connection = await database.connect();
    await createOrderModel(connection).createCollection();
  });

  const stored = async (status: OrderStatus): Promise<string> => {
    const at = new Date();
    const order: OrderDocument = {
      _id: newId(),
      buyerId: newId(),
      status,
      items: [{ productId: newId(), quantity: 1, unitPrice: 5, name: 'Lamp' }],
      total: 5,
      currency: 'USD',
      reason: null,
      createdAt: at,
      updatedAt: at,
    };
    await connection.collection<OrderDocument>(orderCollection).insertOne(order);
    return order._id;
  };
  const statusOf = async (id: string) =>
    (await connection.collection<OrderDocument>(orderCollection).findOne({ _id: id }))?.status;
  const outcomes = () => {
    const changed: string[][] = [];
    const service = createOrderOutcomes({
      store: createOrderOutcomeStore(connection),
      cache: {
        around: (orders, change) => {
          changed.push(orders.flatMap(({ items }) => items.map(({ productId }) => productId)));
          return change();
        },
      },
    });
    return { follow: service.follow, changed };
  };

  it('when outcomes come twice, at once and in the wrong order, then the first one stands', async () => {
    const [first, second] = [await stored('pending'), await stored('pending')];
    const { follow } = outcomes();

    await Promise.all([confirmed(first), confirmed(first), rejected(second), rejected(second)].map(follow));
    await Promise.all([rejected(first), confirmed(second)].map(follow));

    expect([await statusOf(first), await statusOf(second)]).toEqual(['confirmed', 'rejected']);
  });

  it('when the order was cancelled meanwhile, then it stays so', async () => {
    const order = await stored('cancelled');
    const { follow } = outcomes();

    await follow(confirmed(order));
    await follow(rejected(order));

    expect(await statusOf(order)).toBe('cancelled');
  });

  it('when an order is not known here, then its outcome is passed over', async () => {
    const { follow, changed } = outcomes();

    await follow(confirmed(newId()));

    expect(changed).toEqual([[]]);
  });
});
