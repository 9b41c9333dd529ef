import { trusted, type Model } from 'mongoose';
import type { MovementDocument } from './movement.model.js';

const lookMsMax = 2_000;

/** What the ledger says of a product's past. */
export const createStockHistory = ({ movements }: { movements: Model<MovementDocument> }) => ({
  /**
   * The stock that a product had before the batch whose last line is `seq`; null when there is no such line. The lines of a batch
   * have one time, and there are a few hundred at most.
   */
  stockBefore: async (productId: string, seq: number): Promise<number | null> => {
    const line = await movements.findOne({ productId, seq }, { createdAt: 1 }).maxTimeMS(lookMsMax).lean();
    if (line === null) return null;
    const earlier = await movements
      .findOne(
        { productId, seq: trusted({ $lt: seq }), createdAt: trusted({ $lt: line.createdAt }) },
        { stockAfter: 1 },
      )
      .sort({ seq: -1 })
      .maxTimeMS(lookMsMax)
      .lean();
    return earlier?.stockAfter ?? 0;
  },
});
