import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheStore } from '../../src/services/cache/cache-store.js';
import { randomFrom } from './random.js';

export interface Pauses {
  seed: number;
  /** The longest pause before a fill is sent, in milliseconds. */
  fillMs: number;
  /** The longest pause before a deletion is sent. */
  removeMs: number;
  /** The longest pause after a reply to a look-up. */
  lookMs: number;
}

/** Of all calls, so many are paused. */
const share = 0.5;

/** A store of the cache that takes its time at random where others could come between. */
export const pausingStore = (store: CacheStore, { seed, fillMs, removeMs, lookMs }: Pauses): CacheStore => {
  const random = randomFrom(seed);
  const pause = async (msMax: number): Promise<void> => {
    if (random() < share) await sleep(random() * msMax);
  };
  return {
    ...store,
    get: async (key) => {
      const text = await store.get(key);
      await pause(lookMs);
      return text;
    },
    claim: async (key) => {
      const claim = await store.claim(key);
      await pause(lookMs);
      return claim;
    },
    fill: async (lease, text, ttlMs) => {
      await pause(fillMs);
      return store.fill(lease, text, ttlMs);
    },
    remove: async (keys, marks) => {
      await pause(removeMs);
      return store.remove(keys, marks);
    },
  };
};

/** A store that says that it has deleted what, now and then, it has not. */
export const forgetfulStore = (store: CacheStore, seed: number): CacheStore => {
  const random = randomFrom(seed);
  return { ...store, remove: (keys, marks) => (random() < 0.1 ? Promise.resolve() : store.remove(keys, marks)) };
};

/** A store that fills whatever it is given, whoever has deleted the key since the lease was taken. */
export const carelessStore = (store: CacheStore): CacheStore => {
  const keys = new Map<string, string>();
  return {
    ...store,
    claim: async (key) => {
      const claim = await store.claim(key);
      if ('lease' in claim) keys.set(claim.lease.token, key);
      return claim;
    },
    fill: async (lease, text, ttlMs) => {
      const key = keys.get(lease.token) ?? '';
      await store.remove([key]);
      const claim = await store.claim(key);
      return 'lease' in claim && store.fill(claim.lease, text, ttlMs);
    },
  };
};
