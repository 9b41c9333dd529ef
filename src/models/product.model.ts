import { Schema, type Connection } from 'mongoose';

export const productCollection = 'products';

/** A product as it is stored. Money in minor units, times as dates; `stock`, `reserved`, `sold`, `seq` move only through the stock engine. */
export interface ProductDocument {
  _id: string;
  sku: string;
  name: string;
  description: string;
  price: number;
  currency: string;
  /** What can be bought now. */
  stock: number;
  /** What live reservations hold. */
  reserved: number;
  /** What has left. */
  sold: number;
  lowStockThreshold: number | null;
  perCustomerLimit: number | null;
  /**
   * Whether the customers' counters know all that was ever bought: `complete` since the product was made with a
   * limit; `ledger` when the limit came later, so a customer without a counter is counted from the ledger first;
   * `none` while there has never been a limit and nobody counts.
   */
  limitHistory: 'none' | 'complete' | 'ledger';
  saleStartsAt: Date | null;
  saleEndsAt: Date | null;
  tags: string[];
  /** Every beginning of every word of the name, the sku and the tags: what `?q=` is looked up in. */
  terms: string[];
  /** The name, folded: what a list is sorted by name by. */
  nameKey: string;
  /** `stockBand(stock)`, kept by the stock engine: what indexes hold in place of the stock. */
  stockBand: number;
  /** Counts the edits of the description. */
  version: number;
  /** Counts the movements of stock; the newest ledger line has the same number. */
  seq: number;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
  deleted: boolean;
}

const live = { partialFilterExpression: { deleted: false } } as const;

/**
 * An index for every filter and sort of the list, by name; `by...` for all products, `tag...` for those of one tag. None holds
 * `stock`: a purchase then changes no index at all, which makes its update four to five times cheaper.
 */
export const productIndexes = {
  sku: { keys: { sku: 1 }, options: { ...live, unique: true } },
  byCreatedAt: { keys: { createdAt: 1, _id: 1 }, options: live },
  byName: { keys: { nameKey: 1, _id: 1 }, options: live },
  byPrice: { keys: { price: 1, _id: 1 }, options: live },
  byStock: { keys: { stockBand: 1, _id: 1 }, options: live },
  tagCreatedAt: { keys: { tags: 1, createdAt: 1, _id: 1 }, options: live },
  tagName: { keys: { tags: 1, nameKey: 1, _id: 1 }, options: live },
  tagPrice: { keys: { tags: 1, price: 1, _id: 1 }, options: live },
  tagStock: { keys: { tags: 1, stockBand: 1, _id: 1 }, options: live },
  search: { keys: { terms: 1, nameKey: 1, _id: 1 }, options: live },
} as const;
export type ProductIndexName = keyof typeof productIndexes;

const required = { required: true } as const;
const units = { type: Number, ...required, min: 0 } as const;

/** The schema and indexes of products, which a start or `npm run migrate` builds before anything is served. */
export const createProductModel = (connection: Connection) => {
  const schema = new Schema<ProductDocument>(
    {
      _id: { type: String, ...required },
      sku: { type: String, ...required },
      name: { type: String, ...required },
      // Mongoose takes an empty string for a missing one.
      description: { type: String, default: '' },
      price: units,
      currency: { type: String, ...required },
      stock: units,
      reserved: units,
      sold: units,
      lowStockThreshold: { type: Number, default: null },
      perCustomerLimit: { type: Number, default: null },
      limitHistory: { type: String, enum: ['none', 'complete', 'ledger'], ...required },
      saleStartsAt: { type: Date, default: null },
      saleEndsAt: { type: Date, default: null },
      tags: { type: [String], ...required },
      terms: { type: [String], ...required },
      nameKey: { type: String, default: '' },
      stockBand: units,
      version: units,
      seq: units,
      createdBy: { type: String, ...required },
      createdAt: { type: Date, ...required },
      updatedAt: { type: Date, ...required },
      deleted: { type: Boolean, ...required },
    },
    { collection: productCollection, versionKey: false },
  );
  for (const [name, { keys, options }] of Object.entries(productIndexes)) schema.index(keys, { ...options, name });
  return connection.model<ProductDocument>('Product', schema);
};
