import type { Connection } from 'mongoose';
import { stockBand } from '../utils/stock-band.js';
import { newId } from '../utils/uuid.js';
import { commandCollection, commandKeptMs } from './command.model.js';
import { counterId, customerCounterCollection, type CustomerCounterDocument } from './customer-counter.model.js';
import { deliveryCollection } from './delivery.model.js';
import { holdCollection, type HoldDocument } from './hold.model.js';
import { createLedgerCut } from './ledger-cut.js';
import { laterMovements, type LaterMovements } from './later-movements.js';
import { movementCollection, type MovementDocument } from './movement.model.js';
import { rewindOrders } from './order-rewind.js';
import { orderStockCollection, type OrderStockDocument } from './order-stock.model.js';
import { outboxCollection } from './outbox.model.js';
import { productCollection, type ProductDocument } from './product.model.js';

const batchSize = 1_000;

/**
 * Takes stock back to a time, in a database that nobody uses: the ledger is cut, products follow it, and so does what hangs on the lines
 * that go: holds, customers' counters, what orders took, kept answers and events on their way. Descriptions of products, people and
 * reports stay. For a database that is being restored; in any other the ledger is never rewritten.
 */
export const createStockRewind = (connection: Connection) => {
  const products = connection.collection<ProductDocument>(productCollection);
  const movements = connection.collection<MovementDocument>(movementCollection);
  const holds = connection.collection<HoldDocument>(holdCollection);
  const counters = connection.collection<CustomerCounterDocument>(customerCounterCollection);
  const orderStock = connection.collection<OrderStockDocument>(orderStockCollection);

  const cutLedger = createLedgerCut(connection);

  const rewindProduct = async ({ productId, fromSeq, stock, sold, reserved }: LaterMovements): Promise<void> => {
    const product = await products.findOne({ _id: productId });
    if (product === null) return;
    const left = product.stock - stock;
    const numbers = { stock: left, stockBand: stockBand(left), sold: product.sold - sold };
    const $set = { ...numbers, reserved: product.reserved - reserved, seq: fromSeq - 1 };
    if (fromSeq === 1) await products.deleteOne({ _id: productId });
    else await products.updateOne({ _id: productId }, { $set });
  };

  /** How many units each customer has of a product that counts them, anew from its ledger and its live holds. */
  const recount = async (productId: string): Promise<void> => {
    await counters.deleteMany({ _id: { $gte: `${productId}:`, $lt: `${productId};` } });
    const sum = (match: object, units: string) => [
      { $match: match },
      { $group: { _id: '$buyerId', units: { $sum: units } } },
    ];
    const bought = { productId, type: { $in: ['sale', 'cancel'] }, buyerId: { $ne: null } };
    const found = await Promise.all([
      movements.aggregate<CustomerCounterDocument>(sum(bought, '$soldDelta')).toArray(),
      holds.aggregate<CustomerCounterDocument>(sum({ productId, status: 'held' }, '$quantity')).toArray(),
    ]);
    const units = new Map<string, number>();
    for (const { _id, units: more } of found.flat()) units.set(_id, (units.get(_id) ?? 0) + more);
    const documents = [...units].map(([buyerId, each]) => ({ _id: counterId(productId, buyerId), units: each }));
    if (documents.length > 0) await counters.insertMany(documents);
  };

  return {
    /** @returns how many lines of how many products are gone */
    to: async (until: Date, progress: (line: string) => void): Promise<{ movements: number; products: number }> => {
      const gone = { movements: 0, products: 0 };
      for await (const later of laterMovements(connection, until)) {
        await cutLedger(later);
        await rewindProduct(later);
        gone.movements += later.lines;
        gone.products++;
        if (gone.products % batchSize === 0) progress(`${String(gone.products)} products`);
      }
      const counting = products.find({ limitHistory: { $ne: 'none' } }, { projection: { _id: 1 }, batchSize });
      for await (const { _id } of counting) await recount(_id);
      await orderStock.deleteMany({ createdAt: { $gt: until } });
      await connection
        .collection(commandCollection)
        .deleteMany({ expiresAt: { $gt: new Date(until.getTime() + commandKeptMs) } });
      await connection.collection(outboxCollection).deleteMany({ createdAt: { $gt: until } });
      await connection.collection(deliveryCollection).deleteMany({ eventId: { $gt: newId(until.getTime()) } });
      await rewindOrders(connection, until);
      return gone;
    },
  };
};
