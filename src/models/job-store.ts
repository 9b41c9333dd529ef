import { trusted, type Model } from 'mongoose';
import type { QueueName } from '../utils/queue-names.js';
import { isDuplicateKey } from './duplicate-key.js';
import type { JobDocument } from './job.model.js';

/** What is finished is looked up by admins, and keeps its id from being done again, for so long. */
const keptMs = { completed: 86_400_000, failed: 30 * 86_400_000 } as const;

export type NewJobDocument = Pick<JobDocument, '_id' | 'queue' | 'name' | 'data'>;

/** The hold of a worker on a job; every write of the worker names it. */
export type JobHold = Pick<JobDocument, '_id'> & { lease: string };

/** The atomic operations on stored jobs. Times are those of the caller's clock. */
export const createJobStore = (jobs: Model<JobDocument>) => {
  const held = ({ _id, lease }: JobHold) => ({ _id, lease, status: 'active' as const });

  /** @returns whether the hold was still good */
  const write = async (hold: JobHold, change: Partial<JobDocument>): Promise<boolean> =>
    (await jobs.updateOne(held(hold), { $set: change })).matchedCount === 1;

  return {
    /** Adds a job that may be taken at once; does nothing when its id is there. */
    add: async (job: NewJobDocument, at: Date): Promise<void> => {
      try {
        await jobs.create({ ...job, status: 'waiting', claimAt: at, attempts: 0, progress: 0, createdAt: at });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },

    /** Takes the job that has been due the longest: one that waits, or one whose worker has let its lease run out. */
    claim: (queue: QueueName, lease: string, at: Date, until: Date): Promise<JobDocument | null> =>
      jobs
        .findOneAndUpdate(
          { queue, status: trusted({ $in: ['waiting', 'active'] }), claimAt: trusted({ $lte: at }) },
          { $set: { status: 'active', lease, claimAt: until, startedAt: at }, $inc: { attempts: 1 } },
          { sort: { claimAt: 1 }, returnDocument: 'after' },
        )
        .lean<JobDocument>()
        .exec(),

    extend: (hold: JobHold, until: Date): Promise<boolean> => write(hold, { claimAt: until }),
    progress: (hold: JobHold, progress: number): Promise<boolean> => write(hold, { progress }),
    complete: (hold: JobHold, at: Date): Promise<boolean> =>
      write(hold, {
        status: 'completed',
        lease: null,
        progress: 100,
        reason: null,
        finishedAt: at,
        expiresAt: new Date(at.getTime() + keptMs.completed),
      }),
    fail: (hold: JobHold, at: Date, reason: string): Promise<boolean> =>
      write(hold, {
        status: 'failed',
        lease: null,
        reason,
        finishedAt: at,
        expiresAt: new Date(at.getTime() + keptMs.failed),
      }),
    /** Lets the job go until its next try. */
    postpone: (hold: JobHold, claimAt: Date, reason: string): Promise<boolean> =>
      write(hold, { status: 'waiting', lease: null, claimAt, reason }),
    /** Lets the job go as if it had not been taken. */
    giveBack: async (hold: JobHold, at: Date): Promise<void> => {
      await jobs.updateOne(held(hold), {
        $set: { status: 'waiting', lease: null, claimAt: at },
        $inc: { attempts: -1 },
      });
    },

    /** Gives a failed job all its tries again. @returns whether it was a failed one */
    retry: async (id: string, at: Date): Promise<boolean> => {
      const fresh = { claimAt: at, attempts: 0, progress: 0, finishedAt: null, expiresAt: null };
      const changed = await jobs.updateOne({ _id: id, status: 'failed' }, { $set: { status: 'waiting', ...fresh } });
      return changed.matchedCount === 1;
    },
  };
};

export type JobStore = ReturnType<typeof createJobStore>;
