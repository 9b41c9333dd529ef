import type { ProductDocument } from '../../models/product.model.js';
import type { StockState, StockWrites } from '../../models/stock-state.js';
import type { StockCommand } from './commands.js';

/** How many products are remembered at most; about half a kilobyte each. */
const rememberedMax = 10_000;
/** After a memory that was out of date, for so long everything is read: somebody else sells the same products. */
const pauseMs = 1_000;

/** Whether a command can be decided from the remembered product: a plain sale whose customers nobody counts. */
const isPlain = ({ key, lines, showsProduct }: StockCommand): boolean =>
  !showsProduct && key?.kind !== 'line' && lines.every((line) => line.type === 'sale');

/** Whether it is so is up to unique keys and to the refusals, which are never taken from memory. */
const nothingElse: Omit<StockState, 'products'> = {
  answers: new Map(),
  lines: new Map(),
  takenSkus: new Set(),
  counters: new Map(),
  holds: new Map(),
  moreExpired: false,
  orders: new Map(),
};

/**
 * What this process's own last commits have left of the products. A batch of sales that is decided from it saves the reads; that it
 * is true is left to the write, whose conditions name the product's `seq` and `version` and whose keys are unique. What no
 * write would check, a refusal above all, must not come from here. Nor may it be used beside another selling process: batches
 * without reads follow each other so closely that one which reads before it writes would never find a gap.
 */
export const createLastSeen = () => {
  const products = new Map<string, ProductDocument>();
  let pausedUntilMs = 0;

  return {
    /** The state for these commands as it is remembered, or null when it has to be read. */
    recall: (commands: readonly StockCommand[]): StockState | null => {
      if (performance.now() < pausedUntilMs || !commands.every(isPlain)) return null;
      const known = commands.every(({ lines }) =>
        lines.every((line) => line.type === 'sale' && products.get(line.productId)?.limitHistory === 'none'),
      );
      return known ? { products, ...nothingElse } : null;
    },
    /** Takes in what a batch that is committed has made of the products it was decided from. */
    remember: (before: StockState['products'], { products: writes, at }: StockWrites): void => {
      for (const { productId, stockDelta, soldDelta, reservedDelta, seqDelta, stockBand } of writes) {
        const product = before.get(productId);
        if (!product) continue;
        if (products.size >= rememberedMax && !products.has(productId)) products.clear();
        products.set(productId, {
          ...product,
          stock: product.stock + stockDelta,
          sold: product.sold + soldDelta,
          reserved: product.reserved + reservedDelta,
          seq: product.seq + seqDelta,
          stockBand: stockBand ?? product.stockBand,
          updatedAt: at,
        });
      }
    },
    /** Forgets everything, and remembers nothing for a while, because it proved out of date. */
    distrust: (): void => {
      products.clear();
      pausedUntilMs = performance.now() + pauseMs;
    },
  };
};

export type LastSeen = ReturnType<typeof createLastSeen>;
