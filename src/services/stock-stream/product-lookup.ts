import type { ProductView } from '../../schemas/product.js';
import { productJson, type ProductCache } from '../product-cache.service.js';
import type { StockFeedEvent } from './level-memory.js';
import type { KnownLevel } from './stock-level.js';

export interface ProductLookupDependencies {
  cache: Pick<ProductCache, 'peek' | 'read'>;
  /** The stock that a product had before the batch of movements that ended with `seq`; null when that is not known. */
  stockBefore: (id: string, seq: number) => Promise<number | null>;
}

/** How a product stands, and the stock that it had before an event. */
export interface Standing {
  level: KnownLevel | null;
  before: number | null;
}

/** Products that are looked up at once. */
const lookUpsMax = 20;

/** Looks up what the events themselves do not say, for products that have not been seen yet. */
export const createProductLookup = ({ cache, stockBefore }: ProductLookupDependencies) => {
  const level = async (id: string): Promise<KnownLevel | null> => {
    const { value } = cache.peek(id) ?? (await cache.read(id));
    if (value === null) return null;
    const { stock, reserved, sold, seq, price, lowStockThreshold } = JSON.parse(productJson(value)) as ProductView;
    return { id, stock, reserved, sold, seq, price, lowStockThreshold };
  };
  const standing = async ({ id, fields }: StockFeedEvent): Promise<Standing> => {
    const now = await level(id);
    const before = now === null || fields.seq === undefined ? null : await stockBefore(id, fields.seq);
    return { level: now, before };
  };
  return {
    level,
    /** By product; of each product the first event of these counts. @throws what the look-ups throw */
    standings: async (events: readonly StockFeedEvent[]): Promise<ReadonlyMap<string, Standing>> => {
      const found = new Map<string, Standing>();
      const first = [...new Map([...events].reverse().map((event) => [event.id, event])).values()];
      for (let start = 0; start < first.length; start += lookUpsMax) {
        const some = first.slice(start, start + lookUpsMax);
        await Promise.all(some.map(async (event) => void found.set(event.id, await standing(event))));
      }
      return found;
    },
  };
};

export type ProductLookup = ReturnType<typeof createProductLookup>;
