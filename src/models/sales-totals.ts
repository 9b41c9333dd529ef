import type { Model } from 'mongoose';
import type { MovementDocument } from './movement.model.js';

/** Adding up a ledger of millions of lines takes seconds; nobody waits for it. */
const sumMsMax = 60_000;
const patience = { maxTimeMS: sumMsMax, socketTimeoutMS: sumMsMax };

/** What has left of a product by its ledger, as of the line `seq`. */
export interface SoldByLedger {
  id: string;
  sold: number;
  seq: number;
}

/** The ledger added up. */
export const createSalesTotals = ({ movements }: { movements: Model<MovementDocument> }) => ({
  /** The products of which most has left, most first, deleted ones included. */
  mostSold: (count: number): Promise<SoldByLedger[]> =>
    movements.collection
      .aggregate<SoldByLedger>(
        [
          { $match: { soldDelta: { $ne: 0 } } },
          { $group: { _id: '$productId', sold: { $sum: '$soldDelta' }, seq: { $max: '$seq' } } },
          { $match: { sold: { $gt: 0 } } },
          { $sort: { sold: -1, _id: 1 } },
          { $limit: count },
          { $project: { _id: 0, id: '$_id', sold: 1, seq: 1 } },
        ],
        { readConcern: 'majority', batchSize: count + 1, ...patience },
      )
      .toArray(),
});

export type SalesTotals = ReturnType<typeof createSalesTotals>;
