import { Schema, type Connection } from 'mongoose';
import { movementTypes, type MovementType } from '../utils/movement-types.js';

/**
 * One line of the ledger, append-only and never marked. `seq` counts 1, 2, 3... per product; `delta` is the change of `stock`,
 * `soldDelta` and `reservedDelta` those of `sold` and `reserved`. A sale is also the buyer's purchase, under the same id.
 */
export interface MovementDocument {
  _id: string;
  productId: string;
  seq: number;
  type: MovementType;
  delta: number;
  soldDelta: number;
  reservedDelta: number;
  stockAfter: number;
  reason: string | null;
  reference: string | null;
  actorId: string;
  /** The customer; null unless somebody bought. */
  buyerId: string | null;
  /** What a unit cost, in minor units of `currency`; null unless somebody bought. */
  unitPrice: number | null;
  currency: string | null;
  createdAt: Date;
}

export const movementCollection = 'stock_movements';

const required = { required: true } as const;

/** The ledger's schema and indexes; lines are written by the stock store, through the native driver. */
export const createMovementModel = (connection: Connection) => {
  const schema = new Schema<MovementDocument>(
    {
      _id: { type: String, ...required },
      productId: { type: String, ...required },
      seq: { type: Number, ...required },
      type: { type: String, enum: movementTypes, ...required },
      delta: { type: Number, ...required },
      soldDelta: { type: Number, ...required },
      reservedDelta: { type: Number, ...required },
      stockAfter: { type: Number, ...required },
      reason: { type: String, default: null },
      reference: { type: String, default: null },
      actorId: { type: String, ...required },
      buyerId: { type: String, default: null },
      unitPrice: { type: Number, default: null },
      currency: { type: String, default: null },
      createdAt: { type: Date, ...required },
    },
    { collection: movementCollection, versionKey: false },
  );
  schema.index({ productId: 1, seq: 1 }, { unique: true });
  // A buyer's purchases, newest first; other lines stay out of it.
  schema.index({ buyerId: 1, _id: 1 }, { partialFilterExpression: { type: 'sale' } });
  // The few lines that are no sales can be found among millions that are, at no cost to a sale.
  schema.index(
    { productId: 1, type: 1, seq: 1 },
    { partialFilterExpression: { type: { $in: movementTypes.filter((type) => type !== 'sale') } } },
  );
  return connection.model<MovementDocument>('Movement', schema);
};
