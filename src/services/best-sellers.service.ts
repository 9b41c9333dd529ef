import type { ProductQueries } from '../models/product-queries.js';
import type { ProductView } from '../schemas/product.js';
import type { BestSellerRanking } from './best-seller-ranking.js';
import type { Source } from './cache/flights.js';
import type { Cached } from './cached.service.js';
import { productJson, shownProduct, type ProductCache } from './product-cache.service.js';
import { sourceOf } from './product-reads.service.js';

export interface BestSellersDependencies {
  ranking: Pick<BestSellerRanking, 'best'>;
  ids: Cached<readonly string[]>;
  cache: Pick<ProductCache, 'peek' | 'read'>;
  products: Pick<ProductQueries, 'bestSellers'>;
}

export interface ShownProducts {
  /** Each as JSON text. */
  products: readonly string[];
  source: Source;
}

/** Twice of what is shown at most, as some may be off the catalogue by now. */
const candidatesMax = 200;
/** So many more than are shown are looked at: the ranking may have heard of a neighbour's sale a moment later than the entries. */
const margin = 10;
const everyone = 'all';

const soldOf = (json: string): number => (JSON.parse(json) as ProductView).sold;

/**
 * The best sellers. The ranking only says who may be among them; what is shown, and in which order, is what the products' own
 * entries say at that moment.
 */
export const createBestSellers = ({ ranking, ids, cache, products }: BestSellersDependencies) => {
  const candidates = async (): Promise<readonly string[]> =>
    (await ranking.best(candidatesMax)) ?? (await products.bestSellers(candidatesMax)).map(({ _id }) => _id);

  /** Reads on until enough are there; what was deleted meanwhile, or has come back whole, is no best seller. */
  const shown = async (candidateIds: readonly string[], limit: number): Promise<ShownProducts> => {
    const items: { json: string; sold: number }[] = [];
    const sources: Source[] = [];
    const step = limit + margin;
    for (let start = 0; start < candidateIds.length && items.length < limit; start += step) {
      const some = candidateIds.slice(start, start + step);
      const found = await Promise.all(some.map(async (id) => cache.peek(id) ?? cache.read(id)));
      for (const { value, source } of found) {
        sources.push(source);
        const json = value && productJson(value);
        const sold = json === null ? 0 : soldOf(json);
        if (json !== null && sold > 0) items.push({ json, sold });
      }
    }
    items.sort((a, b) => b.sold - a.sold);
    return { products: items.slice(0, limit).map(({ json }) => json), source: sourceOf(sources) };
  };

  return {
    /** The key of the cache that a sale makes old. */
    key: ids.key(everyone),
    /** @param past whether to read past the cache */
    top: async (limit: number, past: boolean): Promise<ShownProducts> => {
      if (past) {
        const found = await products.bestSellers(limit);
        return { products: found.map((product) => productJson(shownProduct(product))), source: 'bypass' };
      }
      const { value, source } = await ids.read(everyone, false, candidates);
      const { products: items, source: itemSource } = await shown(value, limit);
      return { products: items, source: sourceOf([source, itemSource]) };
    },
  };
};

export type BestSellers = ReturnType<typeof createBestSellers>;
