import { z } from 'zod';
import { queueNames } from '../utils/queue-names.js';
import { amount, cursorQuery, id, limitQuery, time } from './common.js';

/** `waiting` for a worker, `delayed` until its next try, `active` in a worker, and how it ended. */
export const jobStatuses = ['waiting', 'delayed', 'active', 'completed', 'failed'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** A job of the report queue: `requested` by somebody, or of a `product` that was just made, whose report it makes first. */
export const reportJob = z.discriminatedUnion('name', [
  z.object({ name: z.literal('requested'), data: z.object({ reportId: z.string() }) }),
  z.object({
    name: z.literal('product'),
    data: z.object({ reportId: z.string(), productId: z.string(), requestedBy: z.string() }),
  }),
]);
export type ReportJob = z.infer<typeof reportJob>;

/** A job of the mail queue. */
export const mailJob = z.object({ name: z.literal('welcome'), data: z.object({ userId: z.string() }) });
export type MailJob = z.infer<typeof mailJob>;

/** GET /jobs */
export const jobsQuery = z.strictObject({
  queue: z.enum(queueNames).optional(),
  status: z.enum(jobStatuses).optional(),
  limit: limitQuery,
  cursor: cursorQuery,
});
export type JobsQuery = z.infer<typeof jobsQuery>;

/** A job as admins see it. */
export const job = z
  .strictObject({
    id,
    queue: z.string(),
    name: z.string(),
    status: z.enum(jobStatuses),
    progress: z.number().min(0).max(100).meta({ description: 'Per cent' }),
    attempts: amount.meta({ description: 'Tries that were begun' }),
    data: z.record(z.string(), z.unknown()).meta({ description: 'What the job is about' }),
    reason: z.string().nullable().meta({ description: 'What the last try failed with' }),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .meta({ id: 'Job' });
export type JobView = z.infer<typeof job>;
