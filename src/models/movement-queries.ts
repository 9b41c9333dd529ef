import type { Model, mongo } from 'mongoose';
import type { MovementType } from '../utils/movement-types.js';
import { movementCollection, type MovementDocument } from './movement.model.js';
import type { ProductDocument } from './product.model.js';
import { readsOf, type ReadSplit } from './read-split.js';

/** A list that takes longer is given up, so that no query can pile up behind others. */
const listMsMax = 2_000;
const auditBatch = 5_000;

/** The line of the ledger as the audit looks at it. */
export type AuditedLine = Pick<
  MovementDocument,
  'seq' | 'delta' | 'soldDelta' | 'reservedDelta' | 'stockAfter' | 'reason'
>;

export type AuditedProduct = Pick<ProductDocument, '_id' | 'stock' | 'reserved' | 'sold' | 'seq'>;

export interface MovementQueriesDependencies {
  movements: Model<MovementDocument>;
  products: Model<ProductDocument>;
  /** Where lists are read; from the models' own connection, when left out. */
  reads?: Pick<ReadSplit, 'list'>;
}

/** Pages of lines, newest first. */
const createLineLists = (reads: Pick<ReadSplit, 'list'>) => {
  const list = (
    filter: mongo.Filter<MovementDocument>,
    sort: Record<string, -1>,
    limit: number,
  ): Promise<MovementDocument[]> =>
    reads.list(({ connection, options }) =>
      connection
        .collection<MovementDocument>(movementCollection)
        .find(filter, { sort, limit, batchSize: limit + 1, maxTimeMS: listMsMax, ...options })
        .toArray(),
    );

  return {
    /** A product's lines, newest first, below `beforeSeq`. */
    ofProduct: (
      productId: string,
      options: { type?: MovementType | undefined; beforeSeq?: number | undefined; limit: number },
    ): Promise<MovementDocument[]> => {
      const { type, beforeSeq, limit } = options;
      const filter = {
        productId,
        ...(type === undefined ? {} : { type }),
        ...(beforeSeq === undefined ? {} : { seq: { $lt: beforeSeq } }),
      };
      return list(filter, { seq: -1 }, limit);
    },

    /** Purchases, newest first, below `beforeId`; of one buyer, or of all. */
    sales: (options: {
      buyerId: string | null;
      beforeId?: string | undefined;
      limit: number;
    }): Promise<MovementDocument[]> => {
      const { buyerId, beforeId, limit } = options;
      const filter = {
        type: 'sale' as const,
        ...(buyerId === null ? {} : { buyerId }),
        ...(beforeId === undefined ? {} : { _id: { $lt: beforeId } }),
      };
      return list(filter, { _id: -1 }, limit);
    },
  };
};

/** Reads of the ledger; whatever is written to it goes through the stock store. */
export const createMovementQueries = ({
  movements,
  products,
  reads = readsOf(movements.db),
}: MovementQueriesDependencies) => {
  return {
    ...createLineLists(reads),

    /** One purchase, or null. */
    sale: (id: string): Promise<MovementDocument | null> =>
      movements.findOne({ _id: id, type: 'sale' }).maxTimeMS(listMsMax).lean<MovementDocument>().exec(),

    /** Whether there is or was such a product: a deleted one's ledger stays readable. */
    productExists: async (productId: string): Promise<boolean> =>
      (await products.exists({ _id: productId }).maxTimeMS(listMsMax)) !== null,

    /** Every product's id, in pages, deleted ones included. */
    productIds: async function* (): AsyncGenerator<string> {
      for await (const { _id } of products
        .find({}, { _id: 1 })
        .lean<{ _id: string }>()
        .cursor({ batchSize: auditBatch }))
        yield _id;
    },

    /**
     * Hands the product and then every line of its ledger, oldest first, to `visit`, all as of one moment: without one snapshot for
     * both, a sale between the two reads would look like a fault.
     * @returns the product, or null when there is none.
     */
    auditSnapshot: async (productId: string, visit: (line: AuditedLine) => void): Promise<AuditedProduct | null> => {
      const session = movements.db.getClient().startSession({ snapshot: true });
      try {
        const product = await products
          .findById(productId, { stock: 1, reserved: 1, sold: 1, seq: 1 })
          .session(session)
          .lean<AuditedProduct>()
          .exec();
        if (!product) return null;
        const lines = movements.collection.find<AuditedLine>(
          { productId },
          {
            session,
            batchSize: auditBatch,
            sort: { seq: 1 },
            projection: { _id: 0, seq: 1, delta: 1, soldDelta: 1, reservedDelta: 1, stockAfter: 1, reason: 1 },
          },
        );
        for await (const line of lines) visit(line);
        return product;
      } finally {
        await session.endSession();
      }
    },
  };
};

export type MovementQueries = ReturnType<typeof createMovementQueries>;
