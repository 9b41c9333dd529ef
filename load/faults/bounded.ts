import { setTimeout as sleep } from 'node:timers/promises';

/** What `promise` gives, or a rejection that says what has hung, once `ms` have passed. */
export const bounded = async <T>(promise: Promise<T>, ms: number, what: string): Promise<T> => {
  const end = new AbortController();
  const late = sleep(ms, undefined, { signal: end.signal }).then((): never => {
    throw new Error(`${what} hangs: nothing for ${ms} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    end.abort();
    late.catch(() => undefined);
  }
};
