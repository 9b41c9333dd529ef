/** Whoever has been away for this long is forgotten. */
const forgetMs = 60_000;

export interface WindowsOptions {
  /** How many are kept at most. */
  max: number;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

/**
 * What is remembered of callers, in bounded memory: two maps, of which the older is dropped as a whole when the younger is half of what
 * may be kept, or has served a window's time. Taking out the oldest one by one would make a map look for it behind all that were
 * taken out before.
 */
export const createWindows = <W>({ max, now }: WindowsOptions) => {
  let young = new Map<string, W>();
  let old = new Map<string, W>();
  let turnAtMs = now() + forgetMs;

  const set = (key: string, window: W): void => {
    const nowMs = now();
    if (young.size >= max / 2 || nowMs >= turnAtMs) {
      old = young;
      young = new Map();
      turnAtMs = nowMs + forgetMs;
    }
    young.set(key, window);
  };

  return {
    set,
    get: (key: string): W | undefined => {
      const window = young.get(key);
      if (window !== undefined) return window;
      const older = old.get(key);
      // Whoever comes again stays.
      if (older !== undefined) set(key, older);
      return older;
    },
    size: (): number => young.size + old.size,
  };
};
