import { AppError } from '../../utils/errors.js';
import type { QueueName } from '../../utils/queue-names.js';
import { PermanentFault } from '../messaging/event-bus.js';
import type { JobProcessor, RunningJob } from './job-queue.js';

/** `done`; `retried`: it failed and is tried again; `failed`: no try is left; `stopped`: given back by a worker that had to stop. */
export type JobOutcome = 'done' | 'retried' | 'failed' | 'stopped';

export interface JobMetrics {
  /** @param seconds of this try */
  tried: (queue: QueueName, outcome: JobOutcome, seconds: number) => void;
}

export interface JobLogger {
  info: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
  error: (fields: object, message: string) => void;
}

export type JobIdentity = Pick<RunningJob, 'id' | 'name' | 'data'>;

/** Whether no other try would mend it. */
export const isFinalFault = (error: unknown): boolean =>
  error instanceof PermanentFault || (error instanceof AppError && error.status < 500);

const reasonLengthMax = 1_000;

/** What a job failed with, as admins read it. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, reasonLengthMax);

/** Notes down what became of a try, and tells the processor of a job that has failed for good. Never rejects. */
export const createOutcomes = ({ metrics, logger }: { metrics: JobMetrics; logger: JobLogger }) => ({
  note: (queue: QueueName, id: string, outcome: JobOutcome, seconds: number, reason?: string): void => {
    metrics.tried(queue, outcome, seconds);
    if (outcome === 'retried') logger.warn({ queue, job: id, reason }, 'a job failed and is tried again');
    if (outcome === 'failed') logger.error({ queue, job: id, reason }, 'a job has failed');
  },
  gaveUp: async ({ queue, gaveUp }: JobProcessor, job: JobIdentity, reason: string): Promise<void> => {
    try {
      await gaveUp?.(job, reason);
    } catch (error) {
      logger.error({ err: error, queue, job: job.id }, 'what follows from a failed job failed');
    }
  },
});

export type Outcomes = ReturnType<typeof createOutcomes>;
