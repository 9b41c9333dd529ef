import type { Cache, Found } from './cache/cache.service.js';

export interface CachedOptions {
  /** Stands before every key and names the entries in the metrics; short, and nobody else's. */
  name: string;
  /** How long an entry may live. A write that makes it old ends it sooner: `key` says what to invalidate. */
  ttlMs: number;
}

/**
 * Anything that can be JSON, read through the cache: for GET routes beside the catalogue's own. One load at a time per key; a load
 * that began before a write is not kept past it.
 */
export const createCached = <T>(cache: Pick<Cache, 'region'>, { name, ttlMs }: CachedOptions) => {
  const region = cache.region<T>({ name, ttlMs, decode: (body) => JSON.parse(body) as T });
  return {
    key: region.key,
    /**
     * @param past whether to read past the cache
     * @throws what `load` throws
     */
    read: async (id: string, past: boolean, load: () => Promise<T>): Promise<Found<T> & { value: T }> => {
      if (past) return { value: await load(), source: 'bypass' };
      const { value, source } = await region.read(id, async () => ({
        body: JSON.stringify(await load()),
        version: 0,
        seq: 0,
      }));
      // Only a text that holds nothing is read as null, and none of those is stored.
      return { value: value as T, source };
    },
  };
};

export type Cached<T> = ReturnType<typeof createCached<T>>;
