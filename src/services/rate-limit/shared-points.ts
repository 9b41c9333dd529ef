import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { LinkHealth } from './link-health.js';

/** How long a window is, in seconds. */
export const windowSeconds = 60;

/** What Redis says of a caller's window. */
export interface Taken {
  /** Points that all processes have taken in it. */
  consumed: number;
  /** Milliseconds until it ends. */
  msLeft: number;
}

/** A count that several processes share. */
export interface SharedPoints {
  /**
   * Adds points to a caller's window; negative ones are given back.
   * @returns undefined, at once, while Redis does not answer; else a promise that rejects when it turns out that it doesn't
   */
  take: (key: string, points: number) => Promise<Taken> | undefined;
}

export interface SharedPointsDeps {
  /** A client of the redis package, for rate-limiter-flexible. */
  client: unknown;
  /** Begins the names of all keys. */
  prefix: string;
  health: LinkHealth;
}

/** Counts in Redis, one kind of window a name: its script adds and tells in one command, and the first to add begins the window. */
export const createSharedPoints =
  ({ client, prefix, health }: SharedPointsDeps) =>
  (name: string): SharedPoints => {
    const limiter = new RateLimiterRedis({
      storeClient: client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      keyPrefix: `${prefix}:${name}`,
      duration: windowSeconds,
      // What may be had is decided by who asks.
      points: Number.MAX_SAFE_INTEGER,
    });
    return {
      take: (key, points) => {
        if (!health.mayAsk()) return undefined;
        const asked = points < 0 ? limiter.reward(key, -points) : limiter.penalty(key, points);
        return health
          .watch(asked)
          .then(({ consumedPoints, msBeforeNext }) => ({ consumed: consumedPoints, msLeft: msBeforeNext }));
      },
    };
  };
