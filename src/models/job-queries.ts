import { trusted, type Model, type QueryFilter } from 'mongoose';
import type { JobStatus } from '../schemas/job.js';
import { queueNames, type QueueName } from '../utils/queue-names.js';
import type { JobDocument } from './job.model.js';

const readMsMax = 2_000;

export interface JobListQuery {
  queue: QueueName | undefined;
  /** `delayed` is waiting, not due at `at`. */
  status: JobStatus | undefined;
  at: Date;
  beforeId: string | undefined;
  limit: number;
}

const statusFilter = (status: JobStatus | undefined, at: Date): QueryFilter<JobDocument> => {
  if (status === undefined) return {};
  if (status === 'waiting') return { status, claimAt: trusted({ $lte: at }) };
  return status === 'delayed' ? { status: 'waiting', claimAt: trusted({ $gt: at }) } : { status };
};

/** The index begins with the queue: jobs in a status, be they few among many, are found by it when all queues are named. */
const queueFilter = (queue: QueueName | undefined, status: JobStatus | undefined): QueryFilter<JobDocument> => {
  if (queue !== undefined) return { queue };
  return status === undefined ? {} : { queue: trusted({ $in: [...queueNames] }) };
};

/** What admins and the metrics want to know of stored jobs. */
export const createJobQueries = (jobs: Model<JobDocument>) => ({
  find: (id: string): Promise<JobDocument | null> => jobs.findById(id).maxTimeMS(readMsMax).lean<JobDocument>().exec(),

  /** Newest first. */
  list: ({ queue, status, at, beforeId, limit }: JobListQuery): Promise<JobDocument[]> =>
    jobs
      .find({
        ...queueFilter(queue, status),
        ...statusFilter(status, at),
        ...(beforeId === undefined ? {} : { _id: trusted({ $lt: beforeId }) }),
      })
      .sort({ _id: -1 })
      .limit(limit)
      .maxTimeMS(readMsMax)
      .lean<JobDocument[]>()
      .exec(),

  /** How many wait, are held and have failed; the many that are done are not counted, as that takes a look at each. */
  counts: async (queue: QueueName, at: Date) => {
    const count = (status: JobStatus) =>
      jobs
        .countDocuments({ queue, ...statusFilter(status, at) })
        .maxTimeMS(readMsMax)
        .exec();
    const [waiting, delayed, active, failed] = await Promise.all([
      count('waiting'),
      count('delayed'),
      count('active'),
      count('failed'),
    ]);
    return { waiting, delayed, active, failed };
  },
});

export type JobQueries = ReturnType<typeof createJobQueries>;
