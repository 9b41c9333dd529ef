import type { JobState, Queue } from 'bullmq';
import type { JobStatus, JobView } from '../../schemas/job.js';
import type { BullJob } from './bull-worker.js';

export type BullQueue = Queue<BullJob['data']>;

/** Of each queue and status, a list looks at so many, the newest. */
const listedMax = 1_000;
const statusOf = (state: JobState | 'unknown'): JobStatus | null => {
  if (state === 'prioritized' || state === 'waiting-children') return 'waiting';
  return state === 'unknown' ? null : state;
};

const timeOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

export const viewOfBullJob = (job: BullJob, status: JobStatus): JobView => ({
  id: job.id ?? '',
  queue: job.queueName,
  name: job.name,
  status,
  progress: status === 'completed' ? 100 : typeof job.progress === 'number' ? job.progress : 0,
  attempts: job.attemptsStarted,
  data: job.data,
  reason: status === 'completed' || !job.failedReason ? null : job.failedReason,
  createdAt: new Date(job.timestamp).toISOString(),
  startedAt: timeOf(job.processedOn),
  finishedAt: timeOf(job.finishedOn),
});

/** Looks for a job in all the queues. */
export const findBullJob = async (
  queues: Iterable<BullQueue>,
  id: string,
): Promise<{ job: BullJob; status: JobStatus } | null> => {
  for (const queue of queues) {
    const job = await queue.getJob(id);
    const status = job && statusOf(await job.getState());
    if (job && status) return { job, status };
  }
  return null;
};

/** The jobs of these queues, newest first, below `beforeId`: ids sort by their time. */
export const listBullJobs = async (
  queues: readonly BullQueue[],
  statuses: readonly JobStatus[],
  beforeId: string | undefined,
  limit: number,
): Promise<JobView[]> => {
  const wanted = queues.flatMap((queue) => statuses.map((status) => ({ queue, status })));
  const ranges = await Promise.all(
    wanted.map(async ({ queue, status }) => {
      const ids = await queue.getRanges([status], 0, listedMax - 1);
      return ids.map((id) => ({ id, queue, status }));
    }),
  );
  // A job that moves on meanwhile may be seen in two places.
  const byId = new Map(ranges.flat().map((each) => [each.id, each]));
  const page = [...byId.values()]
    .filter(({ id }) => beforeId === undefined || id < beforeId)
    .sort((one, other) => (one.id < other.id ? 1 : -1))
    .slice(0, limit);
  const views = await Promise.all(
    page.map(async ({ id, queue, status }) => {
      const job = await queue.getJob(id);
      return job && viewOfBullJob(job, status);
    }),
  );
  return views.filter((view) => view !== undefined);
};
