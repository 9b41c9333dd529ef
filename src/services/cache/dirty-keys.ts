/** Keys of which the shared layer may hold something old, each with the number of the deletion that will clean it. */
export const createDirtyKeys = (max: number) => {
  const dirty = new Map<string, number>();
  let deletions = 0;
  /** Too much became dirty to be remembered key by key. */
  let all = false;
  let overflows = 0;

  return {
    has: (key: string): boolean => all || dirty.has(key),
    /** How many keys are dirty; when all are, more than can be counted. */
    count: (): number => (all ? max : 0) + dirty.size,
    areAll: (): boolean => all,
    keys: (): string[] => [...dirty.keys()],
    /** @returns the number of the deletion that is to clean these keys */
    add: (keys: readonly string[]): number => {
      const deletion = ++deletions;
      for (const key of keys) dirty.set(key, deletion);
      return deletion;
    },
    /** A deletion is confirmed: an earlier one that is late does not clean what became dirty since. */
    clean: (keys: readonly string[], deletion: number): void => {
      for (const key of keys) if (dirty.get(key) === deletion) dirty.delete(key);
    },
    isOverflowing: (): boolean => dirty.size > max,
    overflow: (): void => {
      all = true;
      overflows++;
      dirty.clear();
    },
    overflows: (): number => overflows,
    /**
     * Everything was forgotten since the overflows were counted as `seen`. Keys that have overflowed meanwhile may have been written
     * after that.
     */
    forgotten: (seen: number): void => {
      all = overflows !== seen;
    },
  };
};

export type DirtyKeys = ReturnType<typeof createDirtyKeys>;
