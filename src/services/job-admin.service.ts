import type { JobView } from '../schemas/job.js';
import type { AdminContext, AdminLog } from './admin-log.service.js';
import type { JobQueue } from './jobs/job-queue.js';

export interface JobAdminDependencies {
  jobs: Pick<JobQueue, 'list' | 'retry'>;
  log: Pick<AdminLog, 'note'>;
}

/** Background jobs as admins look at them and help them along. */
export const createJobAdmin = ({ jobs, log }: JobAdminDependencies) => ({
  list: jobs.list,

  /**
   * Gives a failed job all its tries again, and notes who has done so once it is done: jobs may be kept outside the database.
   * @throws AppError NOT_FOUND, JOB_STATE, UNAVAILABLE
   */
  retry: async (context: AdminContext, id: string): Promise<JobView> => {
    const job = await jobs.retry(id);
    const after = { queue: job.queue, name: job.name, status: job.status };
    await log.note(context, { action: 'job.retried', target: id, before: { ...after, status: 'failed' }, after });
    return job;
  },
});

export type JobAdmin = ReturnType<typeof createJobAdmin>;
