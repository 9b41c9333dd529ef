import { createProductQueries } from '../models/product-queries.js';
import { createSalesTotals } from '../models/sales-totals.js';
import type { StockWrites } from '../models/stock-state.js';
import { createBestSellerRanking } from '../services/best-seller-ranking.js';
import { createBestSellers } from '../services/best-sellers.service.js';
import { createCached } from '../services/cached.service.js';
import { createMemoryRanking } from '../services/ranking/memory-ranking.js';
import { createRedisRanking } from '../services/ranking/redis-ranking.js';
import type { WiredCache } from './cache.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

/** A sale ends the entry at once; this only bounds what a crash between its commit and that leaves behind. */
const idsTtlMs = 1_000;

/** The best sellers, and what a committed batch sets off: the ranking is told first, so that what is invalidated is read anew from it. */
export const wireBestSellers = ({ logger }: Ground, models: Models, { cache, products, shared }: WiredCache) => {
  const ranking = createBestSellerRanking({
    ranking: shared === undefined ? createMemoryRanking() : createRedisRanking({ ...shared, isUp: cache.isUp }),
    ledger: createSalesTotals(models),
    logger,
  });
  const bestSellers = createBestSellers({
    ranking,
    ids: createCached<readonly string[]>(cache, { name: 'top', ttlMs: idsTtlMs }),
    cache: products,
    products: createProductQueries(models),
  });
  const moved = async (writes: StockWrites): Promise<void> => {
    const told = ranking.sold(writes);
    await Promise.all([told, products.moved(writes, told === null ? [] : [bestSellers.key])]);
  };
  return { ranking, bestSellers, moved };
};
