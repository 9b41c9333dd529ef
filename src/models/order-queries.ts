import type { Connection } from 'mongoose';
import type { OrderStatus } from '../schemas/order.js';
import { commandCollection, type CommandDocument, type StoredAnswer } from './command.model.js';
import { orderCollection, orderIndexes, type OrderDocument } from './order.model.js';
import { readsOf, type ReadSplit } from './read-split.js';

/** A list that takes longer is given up, so that none can pile up behind others; it ends as 503. */
const queryMsMax = 2_000;

export interface OrdersAsked {
  /** Null for everybody's. */
  buyerId: string | null;
  status?: OrderStatus | undefined;
  productId?: string | undefined;
  beforeId?: string | undefined;
  limit: number;
}

export const storedAnswerOf = ({ hash, status, body, location }: CommandDocument): StoredAnswer => ({
  hash,
  answer: { status, body, location },
});

/** A customer has few orders, so of one customer's the rest of the filter is looked at document by document. */
const hintOf = ({ buyerId, productId, status }: OrdersAsked) => {
  if (buyerId !== null) return orderIndexes.byBuyer;
  if (productId !== undefined) return orderIndexes.byProduct;
  return status === undefined ? { _id: 1 } : orderIndexes.byStatus;
};

/** Reads of orders, as a majority of the database knows them: what is shown, and kept in a cache, is not rolled back. */
export const createOrderQueries = (connection: Connection, reads: Pick<ReadSplit, 'list'> = readsOf(connection)) => {
  const orders = connection.collection<OrderDocument>(orderCollection);
  const commands = connection.collection<CommandDocument>(commandCollection);
  const options = { readConcern: 'majority', maxTimeMS: queryMsMax } as const;

  return {
    find: (id: string): Promise<OrderDocument | null> => orders.findOne({ _id: id }, options),

    /** Newest first. */
    list: (asked: OrdersAsked): Promise<OrderDocument[]> => {
      const { buyerId, status, productId, beforeId, limit } = asked;
      const filter = {
        ...(buyerId === null ? {} : { buyerId }),
        ...(status === undefined ? {} : { status }),
        ...(productId === undefined ? {} : { 'items.productId': productId }),
        ...(beforeId === undefined ? {} : { _id: { $lt: beforeId } }),
      };
      return reads.list((place) =>
        place.connection
          .collection<OrderDocument>(orderCollection)
          .find(filter, {
            ...{ ...options, ...place.options },
            ...{ sort: { _id: -1 }, limit, batchSize: limit + 1, hint: hintOf(asked) },
          })
          .toArray(),
      );
    },

    /** What was answered under an idempotency key, if anything was. */
    answer: async (key: string): Promise<StoredAnswer | null> => {
      const found = await commands.findOne({ _id: key }, options);
      return found && storedAnswerOf(found);
    },
  };
};

export type OrderQueries = ReturnType<typeof createOrderQueries>;
