import { Schema, type Connection } from 'mongoose';
import { holdStatuses, type HoldStatus } from '../schemas/reservation.js';

/** Units set aside for a customer until `expiresAt`; its `reserve` line in the ledger has the same id. */
export interface HoldDocument {
  _id: string;
  productId: string;
  buyerId: string;
  quantity: number;
  /** The price when the units were set aside, at which they can be bought; in minor units of `currency`. */
  unitPrice: number;
  currency: string;
  status: HoldStatus;
  expiresAt: Date;
  /** The id that the ledger line will have by which the units go back: a second one would be refused. */
  releaseId: string;
  /** The purchase that it became. */
  saleId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export const holdCollection = 'holds';

const required = { required: true } as const;
const live = { partialFilterExpression: { status: 'held' } } as const;

/** The schema and indexes of holds; they are written by the stock store, but for their time, which moves no stock. */
export const createHoldModel = (connection: Connection) => {
  const schema = new Schema<HoldDocument>(
    {
      _id: { type: String, ...required },
      productId: { type: String, ...required },
      buyerId: { type: String, ...required },
      quantity: { type: Number, ...required },
      unitPrice: { type: Number, ...required },
      currency: { type: String, ...required },
      status: { type: String, enum: holdStatuses, ...required },
      expiresAt: { type: Date, ...required },
      releaseId: { type: String, ...required },
      saleId: { type: String, default: null },
      createdAt: { type: Date, ...required },
      updatedAt: { type: Date, ...required },
    },
    { collection: holdCollection, versionKey: false },
  );
  // Whatever has ended leaves both: they stay as small as what is held now.
  schema.index({ expiresAt: 1 }, live);
  schema.index({ productId: 1, expiresAt: 1 }, live);
  return connection.model<HoldDocument>('Hold', schema);
};
