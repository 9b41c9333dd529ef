import type { ForeignChange, ProductCache } from './product-cache.service.js';

export interface ProductHealingDependencies {
  cache: Pick<ProductCache, 'isOwn' | 'heal'>;
  metrics: { healed: (changes: number) => void };
}

/** Heals that are on their way at once. */
const healsMax = 500;

/** What two writes to one product call for together. */
const merged = (earlier: ForeignChange | undefined, later: ForeignChange): ForeignChange => {
  if (earlier === undefined) return later;
  return {
    id: later.id,
    stamp: { ...earlier.stamp, ...later.stamp },
    listed: earlier.listed || later.listed,
    stamped: earlier.stamped && later.stamped,
  };
};

/**
 * Gathers what the change feed tells of, product by product, and makes good in the cache what this process has not written
 * itself. Whether a change is its own is asked at the end, when those who wrote it have had time to say so and to invalidate.
 */
export const createProductHealing = ({ cache, metrics }: ProductHealingDependencies) => {
  let gathered = new Map<string, ForeignChange>();

  return {
    note: (change: ForeignChange): void => {
      gathered.set(change.id, merged(gathered.get(change.id), change));
    },
    /** Heals what has been gathered. Never rejects: what cannot be confirmed is dirty in the cache then, and tried again there. */
    flush: async (): Promise<void> => {
      const changes = [...gathered.values()];
      gathered = new Map();
      const foreign = changes.filter((change) => !cache.isOwn(change));
      for (let start = 0; start < foreign.length; start += healsMax) {
        const some = foreign.slice(start, start + healsMax);
        metrics.healed(some.length);
        await Promise.all(some.map(cache.heal));
      }
    },
  };
};

export type ProductHealing = ReturnType<typeof createProductHealing>;
