import type { JobDocument } from '../../models/job.model.js';
import type { JobQueries } from '../../models/job-queries.js';
import type { JobStore } from '../../models/job-store.js';
import type { JobStatus, JobView } from '../../schemas/job.js';
import { AppError } from '../../utils/errors.js';
import type { QueueName } from '../../utils/queue-names.js';
import { createOutcomes, type JobLogger, type JobMetrics } from './job-outcome.js';
import type { JobPolicy } from './job-policy.js';
import type { JobQueue } from './job-queue.js';
import { startStoredWorker, type StoredWorker } from './stored-worker.js';

export interface StoredJobsDependencies {
  store: JobStore;
  queries: JobQueries;
  metrics: JobMetrics;
  logger: JobLogger;
  policies: Readonly<Record<QueueName, JobPolicy>>;
  now?: () => Date;
  pollMs?: number;
}

const statusOf = ({ status, claimAt }: JobDocument, at: Date): JobStatus =>
  status === 'waiting' && claimAt > at ? 'delayed' : status;

const viewOf = (job: JobDocument, at: Date): JobView => {
  const { _id: id, queue, name, progress, attempts, data, reason } = job;
  const status = statusOf(job, at);
  return {
    ...{ id, queue, name, status, progress, attempts, data, reason },
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
};

/**
 * The stand-in for BullMQ where there is no Redis: jobs in MongoDB, each held under a lease by the worker that does it. They
 * survive restarts, and several processes may share them, whose clocks are those of one machine.
 */
export const createStoredJobs = (deps: StoredJobsDependencies): JobQueue => {
  const { store, queries, metrics, logger, policies, now = () => new Date(), pollMs = 1_000 } = deps;
  const outcomes = createOutcomes({ metrics, logger });
  const workers = new Set<StoredWorker>();
  const wake = (): void => workers.forEach((worker) => worker.wake());

  const find = async (id: string): Promise<JobView | null> => {
    const job = await queries.find(id);
    return job && viewOf(job, now());
  };

  return {
    add: async ({ id, queue, name, data }) => {
      await store.add({ _id: id, queue, name, data }, now());
      wake();
    },
    find,
    list: async ({ queue, status, beforeId, limit }) => {
      const jobs = await queries.list({ queue, status, at: now(), beforeId, limit });
      return jobs.map((job) => viewOf(job, now()));
    },
    retry: async (id) => {
      const retried = await store.retry(id, now());
      const job = await find(id);
      if (job === null) throw new AppError('NOT_FOUND');
      if (!retried) throw new AppError('JOB_STATE', { details: { status: job.status } });
      wake();
      return job;
    },
    counts: (queue) => queries.counts(queue, now()),
    work: (processor) => {
      const policy = policies[processor.queue];
      const worker = startStoredWorker({ store, outcomes, logger, now, policy, pollMs }, processor);
      workers.add(worker);
      return worker;
    },
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.close()));
    },
  };
};
