import { trusted, type ClientSession, type Model, type PipelineStage } from 'mongoose';
import { newId } from '../utils/uuid.js';
import type { MovementDocument } from './movement.model.js';
import type { ProductDocument } from './product.model.js';

/** One look of a report at the database may take so long in all. */
const reportMsMax = 120_000;
const batchSize = 1_000;
const hourMs = 3_600_000;
/**
 * A line's id tells when it was asked for, its `createdAt` when it was written, which is later: seconds as a rule, the life of an
 * idempotency key where a caller repeats a purchase whose outcome was unknown. Ids are the ledger's only order in time.
 */
const idLagMs = 26 * hourMs;

export type TimeUnit = 'hour' | 'day' | 'month';

/** The time of a report: `from` is in it, `to` is not. */
export interface Period {
  from: Date | null;
  to: Date | null;
}

export type StockRow = Pick<
  ProductDocument,
  '_id' | 'sku' | 'name' | 'price' | 'currency' | 'stock' | 'reserved' | 'sold' | 'lowStockThreshold'
>;

/** What was sold of one product in one stretch of time, in one currency; `revenue` in its minor units, what was given back taken off. */
export interface SalesRow {
  at: Date;
  productId: string;
  sku: string | null;
  name: string | null;
  currency: string;
  sold: number;
  returned: number;
  revenue: number;
}

export type LedgerRow = Omit<MovementDocument, '_id' | 'productId' | 'buyerId'>;

const createdIn = ({ from, to }: Period) => ({ ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) });

const sums = {
  sold: { $sum: { $max: ['$soldDelta', 0] } },
  returned: { $sum: { $max: [{ $multiply: ['$soldDelta', -1] }, 0] } },
  revenue: { $sum: { $multiply: ['$soldDelta', { $ifNull: ['$unitPrice', 0] }] } },
} as const;

const soldIn = (from: Date, to: Date): PipelineStage.Match => ({
  $match: {
    _id: { $gte: newId(Math.max(0, from.getTime() - idLagMs)), $lt: newId(to.getTime() + hourMs) },
    soldDelta: { $ne: 0 },
    createdAt: createdIn({ from, to }),
  },
});

const named = (products: string): PipelineStage[] => [
  { $lookup: { from: products, localField: 'productId', foreignField: '_id', as: 'product' } },
  { $set: { sku: { $first: '$product.sku' }, name: { $first: '$product.name' } } },
  { $unset: 'product' },
];

export interface ReportQueriesDependencies {
  products: Model<ProductDocument>;
  movements: Model<MovementDocument>;
  /** In which all of a report is read. */
  session?: ClientSession;
}

/** What reports read: always by cursor, so that no report holds more than a batch of rows. */
export const createReportQueries = ({ products, movements, session }: ReportQueriesDependencies) => ({
  countProducts: (): Promise<number> => products.estimatedDocumentCount().exec(),

  stockRows: (): AsyncIterable<StockRow> =>
    products
      .find({ deleted: false })
      .select({ sku: 1, name: 1, price: 1, currency: 1, stock: 1, reserved: 1, sold: 1, lowStockThreshold: 1 })
      .sort({ _id: 1 })
      .maxTimeMS(reportMsMax)
      .session(session ?? null)
      .lean<StockRow>()
      .cursor({ batchSize }),

  /** Sales by stretch of time, product and currency, oldest first. */
  salesRows: (from: Date, to: Date, unit: TimeUnit): AsyncIterable<SalesRow> =>
    movements
      .aggregate<SalesRow>([
        soldIn(from, to),
        {
          $group: {
            _id: {
              at: { $dateTrunc: { date: '$createdAt', unit } },
              productId: '$productId',
              currency: { $ifNull: ['$currency', ''] },
            },
            ...sums,
          },
        },
        { $sort: { _id: 1 } },
        { $replaceWith: { $mergeObjects: ['$_id', { sold: '$sold', returned: '$returned', revenue: '$revenue' }] } },
        ...named(products.collection.name),
      ])
      .option({ maxTimeMS: reportMsMax, allowDiskUse: true })
      .session(session ?? null)
      .cursor<SalesRow>({ batchSize }),

  /** The products that sold most units, with their totals. */
  bestSellers: (from: Date, to: Date, limit: number): Promise<Omit<SalesRow, 'at'>[]> =>
    movements
      .aggregate<Omit<SalesRow, 'at'>>([
        soldIn(from, to),
        { $group: { _id: { productId: '$productId', currency: { $ifNull: ['$currency', ''] } }, ...sums } },
        { $sort: { sold: -1, _id: 1 } },
        { $limit: limit },
        { $replaceWith: { $mergeObjects: ['$_id', { sold: '$sold', returned: '$returned', revenue: '$revenue' }] } },
        ...named(products.collection.name),
      ])
      .option({ maxTimeMS: reportMsMax, allowDiskUse: true })
      .session(session ?? null)
      .exec(),

  /** One product, deleted ones included; null when there never was one. */
  product: (id: string): Promise<(StockRow & Pick<ProductDocument, 'seq' | 'deleted' | 'createdAt'>) | null> =>
    products
      .findById(id)
      .maxTimeMS(reportMsMax)
      .session(session ?? null)
      .lean<StockRow & Pick<ProductDocument, 'seq' | 'deleted' | 'createdAt'>>()
      .exec(),

  /** A product's ledger, oldest line first. */
  ledgerRows: (productId: string, period: Period): AsyncIterable<LedgerRow> =>
    movements
      .find({ productId, ...(period.from || period.to ? { createdAt: trusted(createdIn(period)) } : {}) })
      .sort({ seq: 1 })
      .maxTimeMS(reportMsMax)
      .session(session ?? null)
      .lean<LedgerRow>()
      .cursor({ batchSize }),
});

export type ReportQueries = ReturnType<typeof createReportQueries>;
