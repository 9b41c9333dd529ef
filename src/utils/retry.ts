import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds to wait before try number `attempt` (0, 1, 2...): full jitter under an exponential cap.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const fullJitterMs = (
  attempt: number,
  baseMs: number,
  capMs: number,
  random: () => number = Math.random,
): number => random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));

export interface RetryOptions {
  /** Tries in all, the first included. */
  attemptsMax: number;
  baseMs: number;
  capMs: number;
  /** Whether this error is worth another try. */
  retryable: (error: unknown) => boolean;
  signal?: AbortSignal;
}

/** Runs `task` until it resolves; rethrows the last error when it is final, the tries are used up or `signal` fires. */
export const retry = async <T>(task: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await task(attempt);
    } catch (error) {
      if (attempt + 1 >= options.attemptsMax || !options.retryable(error)) throw error;
      const waitMs = fullJitterMs(attempt, options.baseMs, options.capMs);
      await sleep(waitMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
};
