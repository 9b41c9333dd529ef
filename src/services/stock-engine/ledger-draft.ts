import type { MovementDocument } from '../../models/movement.model.js';
import type { ProductDocument } from '../../models/product.model.js';
import type { ProductWrite, StockState } from '../../models/stock-state.js';
import { stockBand } from '../../utils/stock-band.js';

/** The moving numbers of a product, to put back when a later line of the same command is refused. */
type Mark = Pick<ProductDocument, 'stock' | 'stockBand' | 'sold' | 'reserved' | 'seq'> & { product: ProductDocument };

/** A product that moved, as it is now, with the `seq` of its first movement in the batch. */
export interface MovedProduct {
  product: ProductDocument;
  firstSeq: number;
}

const writeOf = (before: ProductDocument, after: ProductDocument): ProductWrite => ({
  productId: after._id,
  seq: before.seq,
  version: before.version,
  stockDelta: after.stock - before.stock,
  soldDelta: after.sold - before.sold,
  reservedDelta: after.reserved - before.reserved,
  seqDelta: after.seq - before.seq,
  stockBand: after.stockBand === before.stockBand ? null : after.stockBand,
});

/**
 * The products and the ledger of a batch while it is decided: copies of the products on which the lines take effect one after the
 * other, and the ledger lines drafted so far. What was drafted since the last `keep` can be undone.
 */
export const createLedgerDraft = (state: Pick<StockState, 'products' | 'takenSkus'>) => {
  const copies = new Map<string, ProductDocument>();
  const created: ProductDocument[] = [];
  const movements: MovementDocument[] = [];
  const firstSeqs = new Map<string, number>();
  let marks: Mark[] = [];
  let keptCreated = 0;

  /** A copy of the product that may be changed; undefined when there never was one. */
  const productOrDeleted = (productId: string): ProductDocument | undefined => {
    const stored = copies.get(productId) ?? state.products.get(productId);
    if (!stored || copies.has(productId)) return stored;
    const copy = { ...stored };
    copies.set(productId, copy);
    return copy;
  };

  return {
    productOrDeleted,
    /** A copy of the product that may be changed; undefined when there is no such live product. */
    product: (productId: string): ProductDocument | undefined => {
      const found = productOrDeleted(productId);
      return found?.deleted === false ? found : undefined;
    },
    skuTaken: (sku: string): boolean => state.takenSkus.has(sku) || created.some((other) => other.sku === sku),
    addProduct: (document: ProductDocument): ProductDocument => {
      const copy = { ...document };
      copies.set(copy._id, copy);
      created.push(copy);
      return copy;
    },
    /** Adds a movement to the ledger and takes it into account in `target`, a copy of this draft. */
    move: (target: ProductDocument, movement: MovementDocument): void => {
      const { stock, stockBand: band, sold, reserved, seq } = target;
      marks.push({ product: target, stock, stockBand: band, sold, reserved, seq });
      target.stock = movement.stockAfter;
      target.stockBand = stockBand(target.stock);
      target.sold += movement.soldDelta;
      target.reserved += movement.reservedDelta;
      target.seq = movement.seq;
      movements.push(movement);
    },
    keep: (): void => {
      for (const { product: moved, seq } of marks) if (!firstSeqs.has(moved._id)) firstSeqs.set(moved._id, seq + 1);
      marks = [];
      keptCreated = created.length;
    },
    undo: (): void => {
      movements.length -= marks.length;
      for (const { product: moved, ...numbers } of marks.reverse()) Object.assign(moved, numbers);
      for (const { _id } of created.splice(keptCreated)) copies.delete(_id);
      marks = [];
    },
    created: created as readonly ProductDocument[],
    movements: movements as readonly MovementDocument[],
    moved: (): MovedProduct[] =>
      [...firstSeqs].flatMap(([id, firstSeq]) => {
        const after = copies.get(id);
        return after ? [{ product: after, firstSeq }] : [];
      }),
    /** The changes of products that were there before. */
    productWrites: (): ProductWrite[] =>
      [...firstSeqs.keys()].flatMap((id) => {
        const before = state.products.get(id);
        const after = copies.get(id);
        return before && after ? [writeOf(before, after)] : [];
      }),
  };
};

export type LedgerDraft = ReturnType<typeof createLedgerDraft>;
