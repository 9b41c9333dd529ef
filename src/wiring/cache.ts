import { deploymentName } from '../models/deployment.model.js';
import { createProductQueries } from '../models/product-queries.js';
import { createCacheMetrics } from '../services/cache-metrics.service.js';
import type { CacheStore } from '../services/cache/cache-store.js';
import { createCache } from '../services/cache/cache.service.js';
import { createMemoryRoom } from '../services/cache/memory-store.js';
import { createRedisStore } from '../services/cache/redis-store.js';
import { createProductCache } from '../services/product-cache.service.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

/** The process's own copies: enough for a catalogue's busy part, a fraction of the memory that a small container has. */
const copies = { entriesMax: 50_000, bytesMax: 32 * 1024 * 1024 };

/** The cache, in Redis or without it. */
export const wireCache = async (ground: Ground, models: Pick<Models, 'deployment'>) => {
  const { env, redis, logger, closers } = ground;
  const metrics = createCacheMetrics(ground.metrics.registry);
  const tracking = env.CACHE_L1;
  const shared =
    redis === undefined ? undefined : { redis: redis.commands, namespace: await deploymentName(models.deployment) };
  const store: CacheStore =
    shared === undefined
      ? createMemoryRoom().store()
      : createRedisStore({
          ...shared,
          tracking,
          logger,
          metrics,
        });
  const cache = createCache({
    store: ground.wrapCacheStore?.(store) ?? store,
    l1: tracking ? copies : null,
    metrics,
    logger,
  });
  closers.add('cache', cache.close);
  metrics.watch(cache);
  return {
    cache,
    metrics,
    /** Redis, for what is shared beside the entries, and the name under which it is kept there. */
    shared,
  };
};

/** The cache with what the catalogue keeps there. */
export const wireProductCache = async (ground: Ground, models: Models) => {
  const wired = await wireCache(ground, models);
  const ttlMs = ground.env.CACHE_TTL_SECONDS * 1000;
  const queries = createProductQueries(models);
  return { ...wired, products: createProductCache({ cache: wired.cache, products: queries, ttlMs }) };
};

export type WiredCache = Awaited<ReturnType<typeof wireProductCache>>;
