import { reportJob } from '../schemas/job.js';
import type { JobProcessor } from '../services/jobs/job-queue.js';
import { PermanentFault } from '../services/messaging/event-bus.js';
import type { ReportService } from '../services/report/report.service.js';

/** Makes the reports that are asked for. */
export const createReportConsumer = (reports: Pick<ReportService, 'make' | 'giveUp'>): JobProcessor => ({
  queue: 'report-queue',
  handle: async (job) => {
    const parsed = reportJob.safeParse(job);
    if (!parsed.success) throw new PermanentFault(`not a job of reports: ${parsed.error.message}`);
    await reports.make(parsed.data, job);
  },
  // A job's id is its report's.
  gaveUp: ({ id }, reason) => reports.giveUp(id, reason),
});
