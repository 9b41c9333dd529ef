import { Schema, type Connection, type Model } from 'mongoose';
import type { ErrorCode } from '../utils/errors.js';

/** Units of one product that an order took. */
export interface TakenLine {
  productId: string;
  quantity: number;
  unitPrice: number;
}

/** `taken` becomes `returned` by a cancel; the others are for good. */
export type OrderStockStatus = 'taken' | 'refused' | 'returned';

/** What has become of an order's stock; there is one per order, and whatever is done for the order is done on condition of it. */
export interface OrderStockDocument {
  /** The order's id. */
  _id: string;
  status: OrderStockStatus;
  /** Why it was refused. */
  reason: { code: ErrorCode; details?: unknown } | null;
  buyerId: string | null;
  currency: string | null;
  /** What was taken; empty where nothing was. */
  lines: TakenLine[];
  createdAt: Date;
  updatedAt: Date;
}

export const orderStockCollection = 'order_stock';

const duplicateKey = 11_000;
const keepTriesMax = 3;

export const createOrderStockModel = (connection: Connection) =>
  connection.model<OrderStockDocument>(
    'OrderStock',
    new Schema<OrderStockDocument>(
      {
        _id: { type: String, required: true },
        status: { type: String, enum: ['taken', 'refused', 'returned'], required: true },
        reason: { type: Schema.Types.Mixed, default: null },
        buyerId: { type: String, default: null },
        currency: { type: String, default: null },
        lines: {
          type: [{ _id: false, productId: String, quantity: Number, unitPrice: Number }],
          required: true,
        },
        createdAt: { type: Date, required: true },
        updatedAt: { type: Date, required: true },
      },
      { collection: orderStockCollection, versionKey: false },
    ),
  );

const isDuplicate = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === duplicateKey;

/** What is kept of orders beside the stock engine: outcomes that move nothing. */
export const createOrderStockQueries = ({ orderStock }: { orderStock: Model<OrderStockDocument> }) => ({
  /**
   * Keeps `document` unless something is kept of that order already.
   * @returns what is kept now
   */
  keep: async (document: OrderStockDocument): Promise<OrderStockDocument> => {
    const { _id, ...fields } = document;
    for (let tries = 1; ; tries++) {
      try {
        return await orderStock
          .findOneAndUpdate({ _id }, { $setOnInsert: fields }, { upsert: true, returnDocument: 'after' })
          .orFail()
          .lean<OrderStockDocument>()
          .exec();
      } catch (error) {
        // Of two who insert at once one is refused, and finds the other's when it looks again.
        if (!isDuplicate(error) || tries >= keepTriesMax) throw error;
      }
    }
  },
});

export type OrderStockQueries = ReturnType<typeof createOrderStockQueries>;
