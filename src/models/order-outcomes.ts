import type { Connection } from 'mongoose';
import type { OrderStatus } from '../schemas/order.js';
import { orderCollection, type OrderDocument } from './order.model.js';
import type { OnOrderStep } from './order-step.js';

/** The end of `pending`, as the product service has decided. */
export interface OutcomeWrite {
  orderId: string;
  status: Extract<OrderStatus, 'confirmed' | 'rejected'>;
  reason: OrderDocument['reason'];
  at: Date;
}

/** Whom a change of an order concerns. */
export type OrderParties = Pick<OrderDocument, '_id' | 'buyerId' | 'items'>;

const queryMsMax = 2_000;

/** How orders follow what the product service has decided. */
export const createOrderOutcomeStore = (connection: Connection, onStep?: OnOrderStep) => {
  const orders = connection.collection<OrderDocument>(orderCollection);
  return {
    /** Whom changes of these orders concern. */
    parties: (ids: readonly string[]): Promise<OrderParties[]> =>
      orders
        .find<OrderParties>(
          { _id: { $in: [...ids] } },
          { projection: { buyerId: 1, 'items.productId': 1 }, maxTimeMS: queryMsMax, batchSize: ids.length + 1 },
        )
        .toArray(),

    /** Ends `pending` by what the product service has decided; an order that has ended otherwise stays as it is. */
    settle: async (outcomes: readonly OutcomeWrite[]): Promise<void> => {
      onStep?.('outcome-heard');
      await orders.bulkWrite(
        outcomes.map(({ orderId, status, reason, at }) => ({
          updateOne: {
            filter: { _id: orderId, status: 'pending' as const },
            update: { $set: { status, reason, updatedAt: at } },
          },
        })),
        { ordered: false },
      );
      onStep?.('outcome-followed');
    },
  };
};

export type OrderOutcomeStore = ReturnType<typeof createOrderOutcomeStore>;
