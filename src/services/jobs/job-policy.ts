import type { QueueName } from '../../utils/queue-names.js';

/** How the jobs of a queue are worked on. Times in milliseconds. */
export interface JobPolicy {
  /** Jobs that one process has in hand at once. */
  concurrency: number;
  /** Tries in all, the first included. */
  attemptsMax: number;
  /** The wait before the second try; it doubles with each, half of it by chance. */
  backoffMs: number;
  /** After so long without a sign of life, a worker is taken for dead and its job is taken over. */
  leaseMs: number;
  /** How long a stop waits for jobs in hand before it tells them to give up, and then for them to do so. */
  closeMs: number;
}

const common = { leaseMs: 30_000, closeMs: 3_000 } as const;

/**
 * Reports are heavy, so one at a time beside the selling; what fails them is seldom mended by waiting. A mail server may be away for
 * minutes: eight tries span about four.
 */
export const jobPolicies: Readonly<Record<QueueName, JobPolicy>> = {
  'report-queue': { ...common, concurrency: 1, attemptsMax: 4, backoffMs: 1_000 },
  'mail-queue': { ...common, concurrency: 4, attemptsMax: 8, backoffMs: 2_000 },
};

/** The share of a back-off that is chance, so that jobs that failed together do not come back together. */
export const backoffJitter = 0.5;

/** Milliseconds before the next try, after `attempts` of them (1, 2, 3...). */
export const backoffMsAfter = (attempts: number, { backoffMs }: JobPolicy, random = Math.random): number =>
  backoffMs * 2 ** (attempts - 1) * (1 - backoffJitter * random());
