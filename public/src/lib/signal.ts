/** A value that others can follow. */
export interface Signal<T> {
  get: () => T;
  set: (value: T) => void;
  /** Calls with the value now and whenever it changes, until `signal` is aborted. */
  follow: (listener: (value: T) => void, signal: AbortSignal) => void;
}

/** Makes a value that others can follow; setting the same value tells nobody. */
export const createSignal = <T>(initial: T): Signal<T> => {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener(value);
    },
    follow: (listener, signal) => {
      if (signal.aborted) return;
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
      listener(current);
    },
  };
};
