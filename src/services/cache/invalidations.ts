import { fullJitterMs } from '../../utils/retry.js';
import { before } from './before.js';
import type { CacheStore } from './cache-store.js';
import { createDirtyKeys } from './dirty-keys.js';

export interface InvalidationsDependencies {
  store: Pick<CacheStore, 'isUp' | 'remove' | 'renew' | 'onUp'>;
  /** Forgets the process's own copies of these keys. */
  drop: (keys: readonly string[]) => void;
  /** How long a write waits for the reply before it is answered. */
  confirmMsMax: number;
  metrics: { invalidation: (outcome: 'confirmed' | 'late' | 'failed', keys: number) => void };
  logger: { warn: (fields: object, message: string) => void };
  /** How many keys may wait for their deletion; past it everything is forgotten instead. */
  dirtyMax?: number;
}

const chunk = 500;
const retryBaseMs = 50;
const retryCapMs = 1_000;

/** Tries again, with growing jittered waits, as long as `isNeeded`. */
const createRetries = (task: () => Promise<boolean>, isNeeded: () => boolean) => {
  let timer: NodeJS.Timeout | null = null;
  let tries = 0;
  let closed = false;

  const soon = (): void => {
    if (closed || timer !== null || !isNeeded()) return;
    timer = setTimeout(() => void now(), fullJitterMs(tries, retryBaseMs, retryCapMs));
    timer.unref();
  };
  const now = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const done = await task().catch(() => false);
    tries = done ? 0 : tries + 1;
    soon();
  };
  return {
    soon,
    now,
    close: (): void => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
};

/**
 * Sees to it that what a write has made old is deleted from the shared layer, however long that takes. Until the deletion of a key
 * is confirmed the key is dirty: this process reads the database for it.
 */
export const createInvalidations = (deps: InvalidationsDependencies) => {
  const { store, metrics, logger } = deps;
  const dirtyMax = deps.dirtyMax ?? 100_000;
  const dirty = createDirtyKeys(dirtyMax);
  let renewing: Promise<void> | null = null;

  /** Deletes keys, and cleans them when that is confirmed. @returns whether it is */
  const remove = async (keys: readonly string[], marks?: ReadonlyMap<string, number>): Promise<boolean> => {
    const deletion = dirty.add(keys);
    try {
      await store.remove(keys, marks);
    } catch {
      return false;
    }
    dirty.clean(keys, deletion);
    return true;
  };

  /** Forgets everything, once at a time: the store comes up again with it, which calls for another try. */
  const renew = (): Promise<void> => {
    const seen = dirty.overflows();
    renewing ??= store
      .renew()
      .then(() => dirty.forgotten(seen))
      .finally(() => (renewing = null));
    return renewing;
  };

  const removeAll = async (): Promise<boolean> => {
    if (!store.isUp()) return false;
    if (dirty.areAll()) await renew();
    if (dirty.areAll()) return false;
    const keys = dirty.keys();
    for (let start = 0; start < keys.length; start += chunk) {
      if (!(await remove(keys.slice(start, start + chunk)))) return false;
    }
    return true;
  };

  const forgetKeys = (): void => {
    if (!dirty.areAll()) {
      logger.warn({ dirtyMax }, 'too many keys of the cache wait for their deletion; all of it will be forgotten');
    }
    dirty.overflow();
  };

  const retries = createRetries(removeAll, () => dirty.count() > 0);
  store.onUp(() => void retries.now());

  return {
    /** Whether the shared layer may hold something that this process knows to be old. */
    isDirty: dirty.has,
    dirty: dirty.count,
    /**
     * To be called after the commit and before the answer. Resolves when the deletion is confirmed, or has taken too long; never
     * rejects. From the call on, this process shows nothing older.
     */
    invalidate: async (keys: readonly string[], marks?: ReadonlyMap<string, number>): Promise<void> => {
      if (keys.length === 0) return;
      deps.drop(keys);
      const removed = remove(keys, marks);
      if (dirty.isOverflowing()) forgetKeys();
      const outcome = await before(deps.confirmMsMax, removed).then(
        (confirmed) => (confirmed ? 'confirmed' : 'failed'),
        () => 'late' as const,
      );
      metrics.invalidation(outcome, keys.length);
      if (outcome !== 'confirmed') retries.soon();
    },
    close: retries.close,
  };
};

export type Invalidations = ReturnType<typeof createInvalidations>;
