import type { IRedisClient } from 'bullmq';
import { jobStatuses } from '../../schemas/job.js';
import { AppError } from '../../utils/errors.js';
import type { QueueName } from '../../utils/queue-names.js';
import { createBullQueues } from './bull-queues.js';
import { findBullJob, listBullJobs, viewOfBullJob } from './bull-views.js';
import { startBullWorker } from './bull-worker.js';
import { createOutcomes, type JobLogger, type JobMetrics } from './job-outcome.js';
import { backoffJitter, type JobPolicy } from './job-policy.js';
import type { JobQueue, JobWorker } from './job-queue.js';

export interface BullJobsDependencies {
  redis: { connection: IRedisClient; isUp: () => boolean };
  /** Of the keys in Redis: one for each database, whose jobs are its own. */
  prefix: string;
  metrics: JobMetrics;
  logger: JobLogger;
  policies: Readonly<Record<QueueName, JobPolicy>>;
}

/** What is finished is looked up by admins, and keeps its id from being done again; in seconds and in jobs. */
const kept = { completed: { age: 86_400, count: 10_000 }, failed: { age: 30 * 86_400, count: 10_000 } } as const;

/** The queues of BullMQ on Redis. Nothing waits for a Redis that is away or frozen: it is UNAVAILABLE, and jobs wait where they are. */
export const createBullJobs = ({ redis, prefix, metrics, logger, policies }: BullJobsDependencies): JobQueue => {
  const { connection } = redis;
  const outcomes = createOutcomes({ metrics, logger });
  const workers: JobWorker[] = [];
  const { queueOf, allQueues, answered, closeQueues } = createBullQueues(redis, prefix);

  return {
    add: ({ queue, name, id, data }) =>
      answered(async () => {
        const { attemptsMax: attempts, backoffMs: delay } = policies[queue];
        const wanted = await queueOf(queue);
        await wanted.add(name, data, {
          jobId: id,
          attempts,
          backoff: { type: 'exponential', delay, jitter: backoffJitter },
          removeOnComplete: kept.completed,
          removeOnFail: kept.failed,
          stackTraceLimit: 1,
        });
      }),
    find: (id) =>
      answered(async () => {
        const hit = await findBullJob(await allQueues(), id);
        return hit && viewOfBullJob(hit.job, hit.status);
      }),
    list: ({ queue, status, beforeId, limit }) =>
      answered(async () =>
        listBullJobs(
          queue ? [await queueOf(queue)] : await allQueues(),
          status ? [status] : jobStatuses,
          beforeId,
          limit,
        ),
      ),
    retry: (id) =>
      answered(async () => {
        const hit = await findBullJob(await allQueues(), id);
        if (!hit) throw new AppError('NOT_FOUND');
        if (hit.status !== 'failed') throw new AppError('JOB_STATE', { details: { status: hit.status } });
        await hit.job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        const now = await findBullJob(await allQueues(), id);
        return now ? viewOfBullJob(now.job, now.status) : viewOfBullJob(hit.job, 'waiting');
      }),
    counts: (queue) =>
      answered(async () => {
        const wanted = await queueOf(queue);
        const counts = await wanted.getJobCounts('waiting', 'delayed', 'active', 'failed');
        const { waiting = 0, delayed = 0, active = 0, failed = 0 } = counts;
        return { waiting, delayed, active, failed };
      }),
    work: (processor) => {
      const policy = policies[processor.queue];
      const worker = startBullWorker({ connection, prefix, outcomes, logger, policy }, processor);
      workers.push(worker);
      return worker;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await closeQueues();
    },
  };
};
