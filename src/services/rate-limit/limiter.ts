import { within } from '../../utils/deadline.js';
import { applyAnswer, openWindow, spentOf, unaskedOf, wishOf, type CallerWindow, type Spent } from './caller-window.js';
import type { SharedPoints } from './shared-points.js';
import { createWindows } from './windows.js';

export interface LimiterDeps {
  /** Requests that a caller has a minute. */
  limit: number;
  /** Undefined where a process is alone. */
  shared: SharedPoints | undefined;
  metrics: {
    /** A request was decided by what this process knows, as Redis had not answered. */
    insured: () => void;
  };
  /** Milliseconds that a request waits for Redis at most. */
  waitMaxMs?: number;
  callersMax?: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

const late = (): Error => new Error('Redis has not answered in time');

/**
 * Counts the requests of callers, in windows of a minute that begin with the first one. Where processes share the count, each takes points
 * from Redis in advance, many at a time, spends them without asking, and asks again before they are used up; near the limit it takes
 * one at a time, and the request waits for it. So few requests cost a command, hardly any waits, and the count is exact but for what
 * each process spends unasked: `limit + processes * unaskedOf(limit)` at most. A Redis that does not answer is not waited for: then
 * each process counts alone.
 */
export const createLimiter = (deps: LimiterDeps) => {
  const { limit, shared, metrics, waitMaxMs = 10, callersMax = 100_000, now = () => performance.now() } = deps;
  const windows = createWindows<CallerWindow>({ max: callersMax, now });
  const unasked = shared === undefined ? limit : unaskedOf(limit);

  const open = (key: string, nowMs: number): CallerWindow => {
    const window = openWindow(nowMs, unasked);
    windows.set(key, window);
    return window;
  };

  const answer = (window: CallerWindow, accepted: boolean, nowMs = now()): Spent => {
    if (accepted) window.used += 1;
    return spentOf(window, limit, accepted, nowMs);
  };

  const ask = (key: string, window: CallerWindow): Promise<boolean> | undefined => {
    if (window.asking !== undefined) return window.asking;
    const wish = wishOf(window, limit);
    window.asking = shared?.take(key, wish.target - window.told)?.then(
      (taken) => {
        window.asking = undefined;
        applyAnswer(window, limit, wish, taken, now());
        return true;
      },
      () => {
        window.asking = undefined;
        return false;
      },
    );
    return window.asking;
  };

  const decideAlone = (window: CallerWindow): Spent => {
    metrics.insured();
    return answer(window, window.used < limit);
  };

  /** Waits for what is asked for; several wait for one answer, and who gets nothing of it asks again. */
  const spendLater = async (key: string, window: CallerWindow, first: Promise<boolean>): Promise<Spent> => {
    const deadlineMs = now() + waitMaxMs;
    window.waiting += 1;
    try {
      for (let asked: typeof window.asking = first; asked !== undefined; asked = ask(key, window)) {
        const leftMs = deadlineMs - now();
        const isAnswered = leftMs > 0 && (await within(leftMs, asked, late).catch(() => false));
        if (window.used < window.granted) return answer(window, true);
        if (!isAnswered) break;
        if (window.consumed >= limit) return answer(window, false);
      }
      return decideAlone(window);
    } finally {
      window.waiting -= 1;
    }
  };

  return {
    limit,

    /** Counts a request of a caller: at once, but for the few that have to ask. */
    spend: (key: string): Spent | Promise<Spent> => {
      const nowMs = now();
      const known = windows.get(key);
      const window = known === undefined || nowMs >= known.endsMs ? open(key, nowMs) : known;
      if (window.used < window.granted) {
        const spent = answer(window, true, nowMs);
        if (shared !== undefined && window.granted - window.used <= window.askAt) void ask(key, window);
        return spent;
      }
      if (shared === undefined || window.consumed >= limit) return answer(window, false, nowMs);
      const asked = ask(key, window);
      return asked === undefined ? decideAlone(window) : spendLater(key, window, asked);
    },
  };
};

export type Limiter = ReturnType<typeof createLimiter>;
