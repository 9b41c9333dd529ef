import { within } from '../../utils/deadline.js';
import type { Spent } from './caller-window.js';
import { windowSeconds, type SharedPoints, type Taken } from './shared-points.js';
import { createWindows } from './windows.js';

export interface AttemptsDeps {
  /** Failed attempts that a key has a minute. */
  limit: number;
  /** Undefined where a process is alone. */
  shared: SharedPoints | undefined;
  metrics: {
    /** An attempt was decided by what this process knows, as Redis had not answered. */
    insured: () => void;
  };
  /** Milliseconds that an attempt waits for Redis at most. */
  waitMaxMs?: number;
  keysMax?: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

export interface Attempt extends Spent {
  /** To be called, once, when it is known whether the attempt has failed; one that has not is not counted. */
  end: (hasFailed: boolean) => void;
}

interface Window {
  endsMs: number;
  /** Attempts of this process that failed or are under way. */
  used: number;
  underWay: number;
}

/**
 * Counts attempts that may fail, such as guesses at a password. Each takes its point before it is made, so that any number made at once are
 * no more than the limit, and gives it back when it has not failed; one that is refused was none. Every attempt asks Redis: it costs
 * far less than what it is in front of. Where Redis does not answer, each process counts alone.
 */
export const createAttempts = (deps: AttemptsDeps) => {
  const { limit, shared, metrics, waitMaxMs = 250, keysMax = 100_000, now = () => performance.now() } = deps;
  const windows = createWindows<Window>({ max: keysMax, now });

  const windowOf = (key: string): Window => {
    const known = windows.get(key);
    if (known !== undefined && now() < known.endsMs) return known;
    const window = { endsMs: now() + windowSeconds * 1000, used: 0, underWay: 0 };
    windows.set(key, window);
    return window;
  };

  const countOf = async (asked: Promise<Taken> | undefined): Promise<Taken | undefined> => {
    if (shared === undefined) return undefined;
    const late = () => new Error('late');
    const taken = asked && (await within(waitMaxMs, asked, late).catch(() => undefined));
    if (taken === undefined) metrics.insured();
    return taken;
  };

  /** Only what Redis has counted is taken back there, and not before it has. */
  const takeBack = (key: string, asked: Promise<Taken> | undefined): void => {
    const undone = asked?.then(() => shared?.take(key, -1));
    undone?.catch(() => undefined);
  };

  return {
    limit,

    /** Counts an attempt that is about to be made; refused ones have ended. */
    begin: async (key: string): Promise<Attempt> => {
      const window = windowOf(key);
      window.used += 1;
      window.underWay += 1;
      // Before anything is waited for: later attempts have to see this one.
      const { used } = window;
      const asked = shared?.take(key, 1);
      const taken = await countOf(asked);
      const count = taken?.consumed ?? used;
      if (taken !== undefined) window.endsMs = now() + taken.msLeft;
      let isUnderWay = true;
      const end = (hasFailed: boolean): void => {
        if (!isUnderWay) return;
        isUnderWay = false;
        window.underWay -= 1;
        if (hasFailed) return;
        window.used -= 1;
        takeBack(key, asked);
      };
      const accepted = count <= limit;
      if (!accepted) end(false);
      // Those under way may give their points back at any moment.
      const isShort = !accepted && window.underWay > 0;
      const waitMs = isShort ? 0 : window.endsMs - now();
      return {
        accepted,
        remaining: Math.max(0, limit - count),
        resetSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
        end,
      };
    },
  };
};

export type Attempts = ReturnType<typeof createAttempts>;
