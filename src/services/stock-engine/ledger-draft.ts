import { counterId } from '../../models/customer-counter.model.js';
import type { MovementDocument } from '../../models/movement.model.js';
import type { ProductDocument } from '../../models/product.model.js';
import type { CounterWrite, ProductWrite, StockState } from '../../models/stock-state.js';

/** The moving numbers of a product, to put back when a later line of the same command is refused. */
interface Mark {
  product: ProductDocument;
  stock: number;
  sold: number;
  reserved: number;
  seq: number;
}

/**
 * The state of a batch while it is decided: copies of the products on which the lines take effect one after the
 * other, and the ledger lines drafted so far. One command can be taken back whole.
 */
export interface LedgerDraft {
  product: (productId: string) => ProductDocument | undefined;
  skuTaken: (sku: string) => boolean;
  unitsOf: (productId: string, buyerId: string) => number;
  addProduct: (product: ProductDocument) => ProductDocument;
  /** Takes one movement into account; the product's `seq` and numbers are already those after it in the result. */
  move: (product: ProductDocument, movement: MovementDocument) => void;
  count: (productId: string, buyerId: string, units: number) => void;
  /** Everything drafted since the last `keep` stands from now on. */
  keep: () => void;
  /** Everything drafted since the last `keep` is undone. */
  undo: () => void;
  created: readonly ProductDocument[];
  movements: readonly MovementDocument[];
  productWrites: () => ProductWrite[];
  counterWrites: () => CounterWrite[];
  /** The products that moved, as they are now, with the `seq` of their first movement here. */
  moved: () => { product: ProductDocument; firstSeq: number }[];
}

export const createLedgerDraft = (state: StockState): LedgerDraft => {
  const copies = new Map<string, ProductDocument>();
  const createdIds = new Set<string>();
  const created: ProductDocument[] = [];
  const newSkus = new Set<string>();
  const movements: MovementDocument[] = [];
  const counted = new Map<string, number>();
  let marks: Mark[] = [];
  let recounts: [string, number][] = [];
  let keptMovements = 0;
  let keptCreated = 0;

  const product = (productId: string): ProductDocument | undefined => {
    const copy = copies.get(productId);
    if (copy) return copy;
    const stored = state.products.get(productId);
    if (!stored) return undefined;
    const fresh = { ...stored };
    copies.set(productId, fresh);
    return fresh;
  };

  const undo = (): void => {
    for (const mark of marks.reverse()) {
      const { product: marked, ...numbers } = mark;
      Object.assign(marked, numbers);
    }
    for (const [id, units] of recounts) counted.set(id, (counted.get(id) ?? 0) - units);
    for (const dropped of created.splice(keptCreated)) {
      copies.delete(dropped._id);
      createdIds.delete(dropped._id);
      newSkus.delete(dropped.sku);
    }
    movements.length = keptMovements;
    marks = [];
    recounts = [];
  };

  const moved = (): { product: ProductDocument; firstSeq: number }[] => {
    const firstSeqs = new Map<string, number>();
    for (const { productId, seq } of movements) if (!firstSeqs.has(productId)) firstSeqs.set(productId, seq);
    return [...firstSeqs].flatMap(([id, firstSeq]) => {
      const after = copies.get(id);
      return after ? [{ product: after, firstSeq }] : [];
    });
  };

  return {
    product,
    skuTaken: (sku) => newSkus.has(sku) || state.takenSkus.has(sku),
    unitsOf: (productId, buyerId) => {
      const id = counterId(productId, buyerId);
      return (state.counters.get(id) ?? 0) + (counted.get(id) ?? 0);
    },
    addProduct: (document) => {
      const copy = { ...document };
      copies.set(copy._id, copy);
      createdIds.add(copy._id);
      created.push(copy);
      newSkus.add(copy.sku);
      return copy;
    },
    move: (target, movement) => {
      const { stock, sold, reserved, seq } = target;
      marks.push({ product: target, stock, sold, reserved, seq });
      target.stock = movement.stockAfter;
      target.sold += movement.soldDelta;
      target.reserved += movement.reservedDelta;
      target.seq = movement.seq;
      movements.push(movement);
    },
    count: (productId, buyerId, units) => {
      const id = counterId(productId, buyerId);
      counted.set(id, (counted.get(id) ?? 0) + units);
      recounts.push([id, units]);
    },
    keep: () => {
      marks = [];
      recounts = [];
      keptMovements = movements.length;
      keptCreated = created.length;
    },
    undo,
    created,
    movements,
    productWrites: () =>
      moved().flatMap(({ product: after }) => {
        const before = state.products.get(after._id);
        if (!before || createdIds.has(after._id)) return [];
        return [
          {
            productId: after._id,
            seq: before.seq,
            version: before.version,
            stockDelta: after.stock - before.stock,
            soldDelta: after.sold - before.sold,
            reservedDelta: after.reserved - before.reserved,
            seqDelta: after.seq - before.seq,
          },
        ];
      }),
    counterWrites: () =>
      [...counted].filter(([, units]) => units !== 0).map(([_id, units]) => ({ _id, units: (state.counters.get(_id) ?? 0) + units })),
    moved,
  };
};
