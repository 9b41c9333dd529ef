import type { Stamp } from './entry-text.js';

/** A place that this process alone may fill, until somebody deletes the key or the lease runs out. */
export interface Lease {
  /** The key with the prefix under which the lease was taken. */
  fullKey: string;
  token: string;
}

/** What stands under a key: an entry's text, somebody else's lease, or, if nothing stood there, a lease of our own. */
export type Claim = { text: string } | { lease: Lease } | { foreign: true };

/** A write that this process has only heard of; what is stored and not older than the stamp stays. */
export interface Healing {
  key: string;
  /** What the entry must at least be at; null drops it whatever it is. */
  stamp: Partial<Stamp> | null;
  /** Keys to drop with it, once per `stamp.version` among all processes; without a version in any case. */
  also: readonly string[];
}

/**
 * The layer of the cache that processes share: Redis, or a stand-in for it within the process. Keys are short (`p:<id>`); the
 * store puts a prefix before them that changes when everything is to be forgotten. Every method but `isUp` and `isFresh`
 * rejects at once while the store is not up.
 */
export interface CacheStore {
  /** Whether it answers, and soon enough to be worth asking. */
  isUp: () => boolean;
  /** Whether this process has heard of everything that was deleted up to 50 ms ago, so that its own copies can be believed. */
  isFresh: () => boolean;
  /** The text of an entry; null for none, a lease included. */
  get: (key: string) => Promise<string | null>;
  claim: (key: string) => Promise<Claim>;
  /** Stores the text if the lease still stands. @returns whether it did */
  fill: (lease: Lease, text: string, ttlMs: number) => Promise<boolean>;
  /**
   * Deletes keys, and whatever lease stands there. `marks` tells the other processes' healing which version of a key has been
   * seen to.
   */
  remove: (keys: readonly string[], marks?: ReadonlyMap<string, number>) => Promise<void>;
  heal: (healing: Healing) => Promise<void>;
  /** Forgets everything, in all processes: the prefix changes. */
  renew: () => Promise<void>;
  /** Told of keys that others have deleted; null stands for all keys. */
  onDropped: (listener: (keys: readonly string[] | null) => void) => void;
  /** Told when the store is up again, or for the first time. */
  onUp: (listener: () => void) => void;
  close: () => void;
}

/** Why a store was not asked, or did not answer: never a reason to fail a read. */
export class CacheAway extends Error {
  override name = 'CacheAway';
}
