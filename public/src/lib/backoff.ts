/** How long to wait after failures in a row, in ms. */
export interface BackoffOptions {
  baseMs: number;
  capMs: number;
  /** 0 to below 1. */
  random?: () => number;
}

/**
 * Grows twofold with every failure up to the cap, and half of it is chance, so that a room of pages does not come back in one
 * moment; see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter ("equal jitter").
 * @param failures 0 for the first wait
 */
export const backoffMs = (failures: number, { baseMs, capMs, random = Math.random }: BackoffOptions): number => {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(failures, 30));
  return Math.round(full / 2 + random() * (full / 2));
};
