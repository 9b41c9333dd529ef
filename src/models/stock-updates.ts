import type { StockWrites } from './stock-state.js';

/** A command of MongoDB, or a part of one. */
export type Command = Record<string, unknown>;

/** Each names what it was decided from, so that it misses when that has changed. */
export const productUpdates = ({ products, at }: StockWrites): Command[] =>
  products.map(({ productId, seq, version, stockDelta, soldDelta, reservedDelta, seqDelta, stockBand }) => ({
    q: { _id: productId, seq, version, stock: { $gte: Math.max(0, -stockDelta) } },
    u: {
      $inc: { stock: stockDelta, sold: soldDelta, reserved: reservedDelta, seq: seqDelta },
      $set: stockBand === null ? { updatedAt: at } : { updatedAt: at, stockBand },
    },
  }));

export const holdUpdates = ({ holdEnds, at }: StockWrites): Command[] =>
  holdEnds.map(({ _id, expiresAt, status, saleId }) => ({
    q: { _id, status: 'held', expiresAt },
    u: { $set: { status, saleId, updatedAt: at } },
  }));

export const orderUpdates = ({ orderReturns, at }: StockWrites): Command[] =>
  orderReturns.map((_id) => ({ q: { _id, status: 'taken' }, u: { $set: { status: 'returned', updatedAt: at } } }));

/** The products' conditions guard these. */
export const counterUpdates = ({ counters }: StockWrites): Command[] =>
  counters.map(({ _id, units }) => ({ q: { _id }, u: { $set: { units } }, upsert: true }));
