import type { CacheStore, Lease } from './cache-store.js';
import { decodeEntry, encodeEntry, type Loaded, type StoredEntry } from './entry-text.js';
import { before } from './before.js';

/** Where a value came from: the cache, the database on behalf of the cache, or the database past the cache. */
export type Source = 'hit' | 'miss' | 'bypass';

export interface Landing {
  entry: StoredEntry;
  source: Source;
}

/** How a key is read where the cache does not have it. */
export interface Loading {
  load: () => Promise<Loaded>;
  ttlMs: (loaded: Loaded) => number;
}

export interface FlightsDependencies {
  store: Pick<CacheStore, 'isUp' | 'get' | 'claim' | 'fill'>;
  isDirty: (key: string) => boolean;
  /** Whether the process's own copies have the key, in the moment in which a flight has ended. */
  copied: (key: string) => boolean;
  /** Takes an entry that the shared layer holds, and that nobody has invalidated since it was read. */
  keep: (key: string, entry: StoredEntry) => void;
  metrics: { leaseLost: () => void; filled: () => void; storeFailed: () => void };
}

/** What Redis may cost one read, however many commands it takes. */
const budgetMs = 100;

interface Flight {
  /** Whether the key was invalidated since the flight began: what it brings is good for those who asked for it, and for no longer. */
  dirty: boolean;
  /** When the database was asked, and when it had answered; 0 until then. */
  loadFromMs: number;
  loadToMs: number;
  /** Those who came too late for this one: it may have read before a write that they must see. */
  next: { promise: Promise<Landing | null>; begin: () => void } | null;
}

/** Milliseconds that are left of a budget; at least one, so that what is there already is taken. */
const left = (deadlineMs: number): number => Math.max(1, deadlineMs - performance.now());

/**
 * How much of the time since then a flight has spent on the database. Whoever waited for that has not waited for the shared layer: a slow
 * database is no reason to go past what may keep readers from it.
 */
const loadedMsSince = ({ loadFromMs, loadToMs }: Flight, sinceMs: number): number =>
  Math.max(0, loadToMs - Math.max(sinceMs, loadFromMs));

/** What a flight asks of the shared layer, each within what is left of its budget; whatever goes wrong there is no fault of the read. */
const createSteps = ({ store, metrics, keep }: Pick<FlightsDependencies, 'store' | 'metrics' | 'keep'>) => ({
  /** What the shared layer has, or the right to fill it; null when it is of no help. */
  look: async (key: string, deadlineMs: number): Promise<StoredEntry | Lease | null> => {
    try {
      const found = await before(left(deadlineMs), store.get(key));
      if (found !== null) return decodeEntry(found);
      const claim = await before(left(deadlineMs), store.claim(key));
      if ('lease' in claim) return claim.lease;
      return 'text' in claim ? decodeEntry(claim.text) : null;
    } catch {
      metrics.storeFailed();
      return null;
    }
  },
  /** Stores what was loaded, and keeps it where nobody has invalidated it since. */
  fill: async (key: string, flight: Flight, lease: Lease, entry: StoredEntry, ttlMs: number): Promise<void> => {
    try {
      const stored = await before(budgetMs, store.fill(lease, encodeEntry(entry), ttlMs));
      if (stored) metrics.filled();
      else metrics.leaseLost();
      if (stored && !flight.dirty) keep(key, entry);
    } catch {
      metrics.storeFailed();
    }
  },
});

const spoilOne = (flight: Flight | undefined): void => {
  if (flight) flight.dirty = true;
};

/**
 * Reads of keys that the process has no copy of, one at a time per key. Whoever comes while one is on its way waits for the next, or
 * for the copy that it leaves: so nobody is shown something that was read before he asked.
 */
export const createFlights = (deps: FlightsDependencies) => {
  const { store } = deps;
  const steps = createSteps(deps);
  const flying = new Map<string, Flight>();

  /** Lets those who came too late have their turn. */
  const land = (key: string, flight: Flight): void => {
    if (flying.get(key) === flight) flying.delete(key);
    flight.next?.begin();
  };

  const fly = async (key: string, { load, ttlMs }: Loading, sinceMs: number, flight: Flight): Promise<Landing> => {
    const asks = store.isUp() && !deps.isDirty(key);
    const found = asks ? await steps.look(key, sinceMs + budgetMs) : null;
    if (found !== null && 'body' in found) {
      if (!flight.dirty) deps.keep(key, found);
      land(key, flight);
      return { entry: found, source: 'hit' };
    }
    flight.loadFromMs = performance.now();
    const loaded = await load();
    flight.loadToMs = performance.now();
    const ms = ttlMs(loaded);
    const entry = { ...loaded, expiresAtMs: Date.now() + ms };
    // Who asked is answered now; who came later waits to see whether a copy is left.
    if (found === null) land(key, flight);
    else void steps.fill(key, flight, found, entry, ms).finally(() => land(key, flight));
    return { entry, source: asks ? 'miss' : 'bypass' };
  };

  const start = async (key: string, loading: Loading, sinceMs: number): Promise<Landing> => {
    const flight: Flight = { dirty: false, loadFromMs: 0, loadToMs: 0, next: null };
    flying.set(key, flight);
    try {
      return await fly(key, loading, sinceMs, flight);
    } catch (error) {
      land(key, flight);
      throw error;
    }
  };

  /** The flight after the one that is on its way; null when that one has left a copy. */
  const following = (key: string, flight: Flight, loading: Loading): Promise<Landing | null> => {
    if (flight.next) return flight.next.promise;
    const sinceMs = performance.now();
    let begin = (): void => undefined;
    const promise = new Promise<Landing | null>((resolve, reject) => {
      begin = () => {
        if (deps.copied(key)) resolve(null);
        else start(key, loading, sinceMs + loadedMsSince(flight, sinceMs)).then(resolve, reject);
      };
    });
    flight.next = { promise, begin };
    return promise;
  };

  return {
    /** Reads a key; null when there is a copy by now. @throws what `load` throws */
    read: (key: string, loading: Loading): Promise<Landing | null> => {
      const flight = flying.get(key);
      return flight ? following(key, flight, loading) : start(key, loading, performance.now());
    },
    /** What is being read of these keys, or of all, must not be kept: it may be old already. */
    spoil: (keys: readonly string[] | null): void => {
      if (keys === null) for (const flight of flying.values()) spoilOne(flight);
      else for (const key of keys) spoilOne(flying.get(key));
    },
  };
};

export type Flights = ReturnType<typeof createFlights>;
