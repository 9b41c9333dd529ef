import type { Connection } from 'mongoose';
import type { DomainEvent } from '../schemas/events.js';
import { newId } from '../utils/uuid.js';
import { orderCollection, type OrderDocument } from './order.model.js';
import { orderStockCollection, type OrderStockDocument } from './order-stock.model.js';
import { createOutboxWriter } from './outbox-writer.js';

const batchSize = 500;

/** The event that makes the product service decide an order, as if it had just been made. */
const announcement = ({ _id: orderId, buyerId, currency, items }: OrderDocument, at: Date): DomainEvent => ({
  id: newId(),
  type: 'order.created',
  version: 1,
  occurredAt: at.toISOString(),
  data: {
    orderId,
    buyerId,
    currency,
    items: items.map(({ productId, quantity, unitPrice }) => ({ productId, quantity, unitPrice })),
  },
});

/**
 * Takes orders back to a time, after their stock was: those made later go, and those that changed later follow what is kept of their
 * stock. One that was not decided then is pending, and announced again, so that it is decided anew.
 */
export const rewindOrders = async (connection: Connection, until: Date): Promise<void> => {
  const orders = connection.collection<OrderDocument>(orderCollection);
  const orderStock = connection.collection<OrderStockDocument>(orderStockCollection);
  const outbox = createOutboxWriter(connection);
  await orders.deleteMany({ createdAt: { $gt: until } });

  const settle = async (changed: readonly OrderDocument[]): Promise<void> => {
    const kept = await orderStock.find({ _id: { $in: changed.map(({ _id }) => _id) } }).toArray();
    const statuses = new Map(kept.map(({ _id, status }) => [_id, status]));
    const taken = changed.filter(({ _id }) => statuses.get(_id) === 'taken').map(({ _id }) => _id);
    const undecided = changed.filter(({ _id }) => !statuses.has(_id));
    const undecidedIds = undecided.map(({ _id }) => _id);
    await orders.updateMany({ _id: { $in: taken } }, { $set: { status: 'confirmed', reason: null } });
    await orders.updateMany({ _id: { $in: undecidedIds } }, { $set: { status: 'pending', reason: null } });
    if (undecided.length === 0) return;
    const at = new Date();
    await outbox.add(
      undecided.map((order) => announcement(order, at)),
      at,
    );
  };

  let batch: OrderDocument[] = [];
  for await (const order of orders.find({ updatedAt: { $gt: until } }, { batchSize })) {
    batch.push(order);
    if (batch.length < batchSize) continue;
    await settle(batch);
    batch = [];
  }
  if (batch.length > 0) await settle(batch);
};
