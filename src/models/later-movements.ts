import type { ClientSession, Connection } from 'mongoose';
import { movementCollection, type MovementDocument } from './movement.model.js';

/** What has moved of one product since a time. */
export interface LaterMovements {
  productId: string;
  /** The first line since then: this one and all above it. */
  fromSeq: number;
  /** How many lines, and what they come to. */
  lines: number;
  stock: number;
  sold: number;
  reserved: number;
}

/** One look may go through the whole ledger; nobody waits for it but who has asked for it. */
const lookMsMax = 3_600_000;
const batchSize = 1_000;

/**
 * The products whose ledger has lines from after `until`, with what these come to. A ledger is cut before the first such line, so that it
 * stays without a gap: clocks of several processes differ, so the few lines above that with an earlier time count as later too.
 */
export const laterMovements = async function* (
  connection: Connection,
  until: Date,
  session?: ClientSession,
): AsyncGenerator<LaterMovements> {
  const movements = connection.collection<MovementDocument>(movementCollection);
  const patience = { maxTimeMS: lookMsMax, socketTimeoutMS: lookMsMax, ...(session ? { session } : {}) };
  const cuts = movements.aggregate<{ _id: string; fromSeq: number }>(
    [{ $match: { createdAt: { $gt: until } } }, { $group: { _id: '$productId', fromSeq: { $min: '$seq' } } }],
    { ...patience, allowDiskUse: true, batchSize },
  );
  for await (const { _id: productId, fromSeq } of cuts) {
    const [sums] = await movements
      .aggregate<Omit<LaterMovements, 'productId' | 'fromSeq'>>(
        [
          { $match: { productId, seq: { $gte: fromSeq } } },
          {
            $group: {
              _id: null,
              lines: { $sum: 1 },
              stock: { $sum: '$delta' },
              sold: { $sum: '$soldDelta' },
              reserved: { $sum: '$reservedDelta' },
            },
          },
          { $unset: '_id' },
        ],
        patience,
      )
      .toArray();
    if (sums !== undefined) yield { productId, fromSeq, ...sums };
  }
};
