import type { Model } from 'mongoose';
import { stockBand } from '../utils/stock-band.js';
import { newId } from '../utils/uuid.js';
import type { AuditedProduct } from './movement-queries.js';
import type { MovementDocument } from './movement.model.js';
import type { ProductDocument } from './product.model.js';

/** How the reason of a line begins that explains what an outside hand has done. */
export const repairReason = 'repair: stock was changed past the ledger';

/** What the ledger says that a product should hold. */
export interface LedgerTotals {
  stock: number;
  sold: number;
  reserved: number;
  lines: number;
}

/**
 * Makes product and ledger agree where somebody has changed the product past the engine. What is on the shelf is believed:
 * `stock` stays, and one adjustment line explains the difference; `sold`, `reserved` and `seq` follow the ledger. No unit moves.
 * @returns false when the product has moved on since `seen`, so that it must be looked at again.
 */
export const createLedgerRepair =
  ({ movements, products }: { movements: Model<MovementDocument>; products: Model<ProductDocument> }) =>
  async (seen: AuditedProduct, ledger: LedgerTotals, actorId: string): Promise<boolean> => {
    const { _id: productId, stock, sold, reserved, seq } = seen;
    const createdAt = new Date();
    const line: MovementDocument = {
      _id: newId(),
      productId,
      seq: ledger.lines + 1,
      type: 'adjustment',
      delta: stock - ledger.stock,
      soldDelta: 0,
      reservedDelta: 0,
      stockAfter: stock,
      reason: repairReason,
      reference: null,
      actorId,
      buyerId: null,
      unitPrice: null,
      currency: null,
      createdAt,
    };
    return movements.db.transaction(async (session) => {
      const { matchedCount } = await products.collection.updateOne(
        { _id: productId as never, stock, sold, reserved, seq },
        {
          $set: {
            stockBand: stockBand(stock),
            sold: ledger.sold,
            reserved: ledger.reserved,
            seq: line.seq,
            updatedAt: createdAt,
          },
        },
        { session },
      );
      if (matchedCount === 0) return false;
      await movements.collection.insertOne(line as never, { session });
      return true;
    });
  };

export type LedgerRepair = ReturnType<typeof createLedgerRepair>;
