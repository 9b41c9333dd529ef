import {
  startPosition,
  type AccountChange,
  type AccountNews,
  type ChangePosition,
} from '../models/account-change.model.js';
import { within } from '../utils/deadline.js';
import { unavailable } from '../utils/errors.js';
import { createLoop } from './messaging/loop.js';
import type { AccountMetrics } from './session-metrics.service.js';

/** How often is looked while requests come. */
const lookEveryMs = 200;
/** How long what a look has brought is enough, from when it was sent. */
const trustedMs = 450;
/**
 * How long whoever changes an account waits after the commit before he answers: longer than any process trusts a look that was
 * sent before the commit was known. Time is measured by each process for itself, and the difference is for clocks that run
 * apart.
 */
export const inForceMs = 500;
/** After so long a look counts as lost, and whoever waits for it is turned away. */
const defaultLookMsMax = 1_000;

const tooLate = (): Error => new Error('The database has not told of account changes in time.');

export interface AccountWatchDependencies {
  changes: { since: (seen: ChangePosition) => Promise<AccountNews> };
  tokens: { refuse: (changes: readonly AccountChange[]) => void };
  /** Told of each request that had to wait. */
  metrics?: AccountMetrics;
  logger: { warn: (fields: object, message: string) => void };
  lookMsMax?: number;
  /** Milliseconds that only grow. */
  now?: () => number;
}

/**
 * Lets this process know of account changes that others have written, without a look at the database for each request: what it
 * knows is trusted while the newest answered look was sent less than `trustedMs` ago, and else a request waits for a look that
 * is sent after it has come. The argument why that is exact is in docs/decisions/015-sessions.md.
 */
export const createAccountWatch = (dependencies: AccountWatchDependencies) => {
  const { changes, tokens, metrics, logger } = dependencies;
  const { lookMsMax = defaultLookMsMax, now = () => performance.now() } = dependencies;
  let seen = startPosition;
  let trustedUntilMs = -Infinity;
  let asked = false;
  let current = Promise.resolve();
  let next: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    const sentMs = now();
    const news = await within(lookMsMax, changes.since(seen), tooLate);
    tokens.refuse(news.changes);
    seen = news.position;
    trustedUntilMs = sentMs + trustedMs;
  };

  /** A look that has not been sent yet: one for all who want one at this time, after the one that is under way. */
  const upcoming = (): Promise<void> => {
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        current = look();
        return current;
      });
    return next;
  };

  const loop = createLoop({
    what: 'watching account changes',
    logger,
    step: async () => {
      // Where nobody asks, nobody has to know; the first request after a pause waits for its look.
      if (!asked) return lookEveryMs;
      asked = false;
      const startedMs = now();
      await upcoming();
      return Math.max(0, lookEveryMs - (now() - startedMs));
    },
  });

  return {
    /** Learns what has not expired, and goes on. @throws the database's errors */
    start: async (): Promise<void> => {
      await upcoming();
      loop.start();
    },

    /** Whether what is known is enough for a request that comes now. */
    isFresh: (): boolean => {
      asked = true;
      return now() < trustedUntilMs;
    },

    /**
     * Resolves once a look that was sent after this call has been answered: everything is known then that was committed before.
     * @throws AppError UNAVAILABLE when the database does not answer in time
     */
    renew: async (): Promise<void> => {
      try {
        await within(lookMsMax, upcoming(), tooLate);
        metrics?.waited('told');
      } catch (error) {
        metrics?.waited('failed');
        throw unavailable(1, error);
      }
    },

    stop: loop.stop,
  };
};

export type AccountWatch = ReturnType<typeof createAccountWatch>;
