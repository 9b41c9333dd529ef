/** Keeps the newest `max` values and drops the oldest, so that a page that stays open for days does not grow. */
export const createRing = <T>(max: number) => {
  let values: T[] = [];
  let start = 0;
  return {
    push: (value: T): void => {
      if (values.length < max) {
        values.push(value);
        return;
      }
      values[start] = value;
      start = (start + 1) % max;
    },
    size: (): number => values.length,
    last: (): T | undefined => values.at(start - 1),
    /** Oldest first; a copy. */
    toArray: (): T[] => [...values.slice(start), ...values.slice(0, start)],
    clear: (): void => {
      values = [];
      start = 0;
    },
  };
};

export type Ring<T> = ReturnType<typeof createRing<T>>;
