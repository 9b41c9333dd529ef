import type { CacheStore, Healing } from './cache-store.js';
import { covers, type Loaded, type Stamp, type StoredEntry } from './entry-text.js';
import { createFlights, type Flights, type Source } from './flights.js';
import { createInvalidations } from './invalidations.js';
import { createL1, type Copy, type L1Limits } from './l1.js';

export interface CacheMetrics {
  read: (region: string, layer: 'l1' | 'l2' | 'database' | 'bypass') => void;
  filled: () => void;
  leaseLost: () => void;
  storeFailed: () => void;
  invalidation: (outcome: 'confirmed' | 'late' | 'failed', keys: number) => void;
}

export interface CacheDependencies {
  store: CacheStore;
  /** Bounds of the process's own copies; null for none: every read asks the store then. */
  l1: L1Limits | null;
  metrics: CacheMetrics;
  logger: { warn: (fields: object, message: string) => void };
}

/** One kind of entries, and what is made of their text. */
export interface RegionOptions<T> {
  /** Stands before the id in the key, and names the region in the metrics. */
  name: string;
  /** Makes what readers get, once for each copy. */
  decode: (body: string, stamp: Stamp) => T;
  ttlMs: number;
}

/** A value, or null where the database has nothing under the id. */
export interface Found<T> {
  value: T | null;
  source: Source;
}

export interface Region<T> {
  key: (id: string) => string;
  /** From the process's own copies, without a wait; undefined when there is none that can be believed. */
  peek: (id: string) => Found<T> | undefined;
  /**
   * @param load reads the database
   * @throws what `load` throws
   */
  read: (id: string, load: () => Promise<Loaded>) => Promise<Found<T>>;
}

/** An id that the database does not know is asked for again after so long, or when it is created. */
const unknownMs = 3_000;
/** Entries that were stored together do not run out together. */
const ttlSpread = 0.2;
/** A copy's own cost in memory beside its text. */
const overheadBytes = 400;
/** How long a write waits until Redis has confirmed that what it made old is deleted. */
const confirmMsMax = 100;

const layerOf: Readonly<Record<Source, 'l2' | 'database' | 'bypass'>> = {
  hit: 'l2',
  miss: 'database',
  bypass: 'bypass',
};

/** This process's own copies, each as the region that its key belongs to has made it; without `limits` there are none. */
const createCopies = (store: Pick<CacheStore, 'isUp' | 'isFresh'>, limits: L1Limits | null) => {
  const l1 = limits && createL1(limits);
  const decoders = new Map<string, (entry: StoredEntry) => unknown>();
  return {
    decode: (region: string, decoder: (entry: StoredEntry) => unknown): void => void decoders.set(region, decoder),
    /** A copy that can be believed. */
    get: (key: string): Copy | undefined =>
      l1 !== null && store.isFresh() ? l1.get(key, performance.now()) : undefined,
    /** How far a copy has come, whether or not it can be believed. */
    stampOf: (key: string): Stamp | undefined => l1?.get(key, performance.now()),
    keep: (key: string, entry: StoredEntry): void => {
      const decode = decoders.get(key.slice(0, key.indexOf(':')));
      const leftMs = entry.expiresAtMs - Date.now();
      if (l1 === null || decode === undefined || leftMs <= 0 || !store.isUp()) return;
      l1.set(key, {
        value: decode(entry),
        version: entry.version,
        seq: entry.seq,
        expiresAtMs: performance.now() + leftMs,
        bytes: overheadBytes + (entry.body?.length ?? 0),
      });
    },
    drop: (keys: readonly string[] | null): void => {
      if (keys === null) l1?.clear();
      else for (const key of keys) l1?.drop(key);
    },
    size: (): { entries: number; bytes: number } => ({ entries: l1?.size() ?? 0, bytes: l1?.bytes() ?? 0 }),
  };
};
type Copies = ReturnType<typeof createCopies>;

/** Makes regions over the process's copies and what is read where there is none. */
const createRegions =
  (copies: Copies, flights: Pick<Flights, 'read'>, metrics: Pick<CacheMetrics, 'read'>) =>
  <T>({ name, decode, ttlMs }: RegionOptions<T>): Region<T> => {
    const valueOf = ({ body, version, seq }: StoredEntry): T | null =>
      body === null ? null : decode(body, { version, seq });
    copies.decode(name, valueOf);
    const ttlOf = ({ body }: Loaded): number =>
      body === null ? Math.min(unknownMs, ttlMs) : Math.ceil(ttlMs * (1 - ttlSpread * Math.random()));
    const key = (id: string): string => `${name}:${id}`;

    const peek = (id: string): Found<T> | undefined => {
      const copy = copies.get(key(id));
      if (copy === undefined) return undefined;
      metrics.read(name, 'l1');
      return { value: copy.value as T | null, source: 'hit' };
    };
    const read = async (id: string, load: () => Promise<Loaded>): Promise<Found<T>> => {
      const copied = peek(id);
      if (copied !== undefined) return copied;
      const landing = await flights.read(key(id), { load, ttlMs: ttlOf });
      // The flight before has left a copy. Should it be gone again by now, this begins anew, which takes a write each time.
      if (landing === null) return read(id, load);
      const { entry, source } = landing;
      metrics.read(name, layerOf[source]);
      return { value: valueOf(entry), source };
    };
    return { key, peek, read };
  };

/**
 * Reads that are never older than a write that this process has answered: the process's own copies, then the shared layer,
 * then the database. See docs/decisions/009-cache.md.
 */
export const createCache = ({ store, l1: limits, metrics, logger }: CacheDependencies) => {
  const copies = createCopies(store, limits);
  const drop = (keys: readonly string[] | null): void => {
    flights.spoil(keys);
    copies.drop(keys);
  };
  const invalidations = createInvalidations({
    store,
    drop,
    confirmMsMax,
    metrics,
    logger,
  });
  const flights = createFlights({
    store,
    isDirty: invalidations.isDirty,
    copied: (key) => copies.get(key) !== undefined,
    keep: copies.keep,
    metrics,
  });
  store.onDropped(drop);

  return {
    region: createRegions(copies, flights, metrics),
    /**
     * To be called between a write's commit and its answer; never rejects, and takes 100 ms at most.
     * @param marks versions of keys that other processes' healing need not see to again
     */
    invalidate: invalidations.invalidate,
    /** Makes good what a write elsewhere, whose invalidation may not have come about, has made old. */
    heal: async (healing: Healing): Promise<void> => {
      const { key, stamp, also } = healing;
      const forget = (): void => {
        const copy = copies.stampOf(key);
        if (!copy || stamp === null || !covers(copy, stamp)) drop([key]);
        drop(also);
      };
      forget();
      try {
        await store.heal(healing);
      } catch {
        await invalidations.invalidate([key, ...also]);
      }
      // Nothing is dirty meanwhile: a read that came between the two may have kept what the store still held.
      forget();
    },
    /** Forgets everything, in all processes. @throws when the store is away */
    renew: store.renew,
    isUp: store.isUp,
    copies: copies.size,
    dirty: invalidations.dirty,
    close: (): void => {
      invalidations.close();
      store.close();
    },
  };
};

export type Cache = ReturnType<typeof createCache>;
