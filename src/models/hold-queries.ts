import { trusted, type Model } from 'mongoose';
import type { HoldDocument } from './hold.model.js';

/** A query that takes longer is given up, so that none can pile up behind others; it ends as 503. */
const queryMsMax = 2_000;

/** Reads of holds, and the one change of them that moves no stock; all others go through the stock store. */
export const createHoldQueries = ({ holds }: { holds: Model<HoldDocument> }) => ({
  find: (id: string): Promise<HoldDocument | null> =>
    holds.findById(id).maxTimeMS(queryMsMax).lean<HoldDocument>().exec(),

  /**
   * Gives a hold another end, if it is live at `at`. A batch that takes it for expired names the end that it has seen, so it
   * misses and looks again.
   */
  extend: (id: string, at: Date, expiresAt: Date): Promise<HoldDocument | null> =>
    holds
      .findOneAndUpdate(
        { _id: id, status: 'held', expiresAt: trusted({ $gt: at }) },
        { $set: { expiresAt, updatedAt: at } },
        { returnDocument: 'after', maxTimeMS: queryMsMax },
      )
      .lean<HoldDocument>()
      .exec(),

  /** The products of the up to `limit` holds that have been expired for longest. */
  expired: async (at: Date, limit: number): Promise<string[]> => {
    const found = await holds
      .find({ status: 'held', expiresAt: trusted({ $lte: at }) }, { _id: 0, productId: 1, expiresAt: 1 })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .maxTimeMS(queryMsMax)
      .lean<Pick<HoldDocument, 'productId'>[]>()
      .exec();
    return found.map(({ productId }) => productId);
  },

  /** How many are held at `at`. Without the time no index would serve, and all that have ended were looked through. */
  liveCount: (at: Date): Promise<number> =>
    holds
      .countDocuments({ status: 'held', expiresAt: trusted({ $gt: at }) })
      .maxTimeMS(queryMsMax)
      .exec(),
});

export type HoldQueries = ReturnType<typeof createHoldQueries>;
