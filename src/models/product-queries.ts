import type { Model } from 'mongoose';
import { AppError } from '../utils/errors.js';
import { createAdminActionStore, type AdminActionDocument } from './admin-action.model.js';
import { productListPlan, stockOrderPlan, type ProductListPlan, type ProductListQuery } from './product-list.js';
import { productCollection, type ProductDocument } from './product.model.js';
import { readsOf, type ReadSplit } from './read-split.js';
import { inTransaction } from './transaction.js';

/** A query that takes longer is given up, so that none can pile up behind others; it ends as 503. */
const queryMsMax = 2_000;

const duplicateKey = 11_000;

/** What a list or a single read is given: everything but the search terms, which are the bulk of a document. */
export type FoundProduct = Omit<ProductDocument, 'terms'>;

/** The fields that an edit writes; `limitHistory`, `terms` and `nameKey` follow from the others. */
export type ProductEdit = Partial<
  Omit<
    ProductDocument,
    '_id' | 'stock' | 'stockBand' | 'reserved' | 'sold' | 'version' | 'seq' | 'createdBy' | 'createdAt' | 'deleted'
  >
>;

/** Which product an edit means, and the version that it was thought out for. */
export interface ProductAtVersion {
  id: string;
  version: number;
}

const duplicateSku = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === duplicateKey
    ? new AppError('DUPLICATE_SKU', { cause: error })
    : error;

export interface ProductQueriesDependencies {
  products: Model<ProductDocument>;
  /** Where lists are read; from the model's own connection, when left out. */
  reads?: Pick<ReadSplit, 'list'>;
}

/** Reads and edits of the catalogue. Nothing here moves stock: that is the stock engine's. */
export const createProductQueries = ({ products, reads = readsOf(products.db) }: ProductQueriesDependencies) => {
  // Natively: a page of 20 costs a third of what it costs through a model, and nothing in these filters needs casting.
  const native = products.db.collection<ProductDocument>(products.collection.collectionName);

  const actions = createAdminActionStore(products.db);

  const run = ({ filter, sort, hint }: ProductListPlan, limit: number): Promise<FoundProduct[]> =>
    reads.list(({ connection, options }) =>
      connection
        .collection<ProductDocument>(productCollection)
        .find(filter, {
          projection: { terms: 0 },
          sort,
          limit,
          // A first batch as long as the page: the answer takes one round trip.
          batchSize: limit + 1,
          maxTimeMS: queryMsMax,
          ...(hint === undefined ? {} : { hint }),
          ...options,
        })
        .toArray(),
    );

  return {
    /** A live product, or null. */
    find: (id: string): Promise<FoundProduct | null> =>
      native.findOne({ _id: id, deleted: false }, { projection: { terms: 0 }, maxTimeMS: queryMsMax }),

    /** Those of these products that are live, as a majority of the database knows them: what is kept must not be rolled back. */
    findMany: (ids: readonly string[]): Promise<FoundProduct[]> =>
      native
        .find(
          { _id: { $in: [...ids] }, deleted: false },
          { projection: { terms: 0 }, batchSize: ids.length + 1, maxTimeMS: queryMsMax, readConcern: 'majority' },
        )
        .toArray(),

    /** The live products of which most has left, most first. Looks through all of them. */
    bestSellers: (limit: number): Promise<FoundProduct[]> =>
      native
        .find(
          { deleted: false, sold: { $gt: 0 } },
          { projection: { terms: 0 }, sort: { sold: -1, _id: 1 }, limit, batchSize: limit + 1, maxTimeMS: queryMsMax },
        )
        .toArray(),

    /** Up to `limit` live products behind the position. */
    list: async (query: ProductListQuery): Promise<FoundProduct[]> => {
      const plan = productListPlan(query);
      const found = await run(plan, query.limit);
      const inOrder = stockOrderPlan(query, plan, found);
      return inOrder === null ? found : run(inOrder, query.limit);
    },

    /**
     * Edits a product if it is still at that version; null when it is not.
     * @throws AppError DUPLICATE_SKU
     */
    edit: async ({ id, version }: ProductAtVersion, edit: ProductEdit): Promise<FoundProduct | null> => {
      try {
        return await products
          .findOneAndUpdate(
            { _id: id, deleted: false, version },
            { $set: edit, $inc: { version: 1 } },
            { returnDocument: 'after', projection: { terms: 0 }, maxTimeMS: queryMsMax },
          )
          .lean<FoundProduct | null>()
          .exec();
      } catch (error) {
        throw duplicateSku(error);
      }
    },

    /**
     * Takes a product off the catalogue if it is still at that version and nothing of it is reserved, and notes who has done so; its
     * ledger stays.
     */
    remove: ({ id, version }: ProductAtVersion, action: AdminActionDocument): Promise<boolean> =>
      inTransaction(products.db, async (session) => {
        const { modifiedCount } = await native.updateOne(
          { _id: id, deleted: false, version, reserved: 0 },
          { $set: { deleted: true, updatedAt: action.createdAt }, $inc: { version: 1 } },
          { session, maxTimeMS: queryMsMax },
        );
        if (modifiedCount === 1) await actions.add(action, session);
        return modifiedCount === 1;
      }),
  };
};

export type ProductQueries = ReturnType<typeof createProductQueries>;
