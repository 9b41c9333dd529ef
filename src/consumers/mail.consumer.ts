import { mailJob } from '../schemas/job.js';
import type { JobProcessor } from '../services/jobs/job-queue.js';
import type { MailService } from '../services/mail.service.js';
import { PermanentFault } from '../services/messaging/event-bus.js';

/** Sends the mails that are asked for. */
export const createMailConsumer = (mails: MailService): JobProcessor => ({
  queue: 'mail-queue',
  handle: async (job) => {
    const parsed = mailJob.safeParse(job);
    if (!parsed.success) throw new PermanentFault(`not a job of mail: ${parsed.error.message}`);
    await mails.welcome(job.id, parsed.data.data.userId);
  },
});
