import { z } from 'zod';
import { cursorQuery, idParam, limitQuery } from './common.js';

/** What the audit log tells of. */
export const adminActions = ['user.changed', 'product.removed', 'job.retried'] as const;
export type AdminActionName = (typeof adminActions)[number];

/** GET /audit-log */
export const auditLogQuery = z.strictObject({
  actorId: idParam.optional(),
  action: z.enum(adminActions).optional(),
  limit: limitQuery,
  cursor: cursorQuery,
});
export type AuditLogQuery = z.infer<typeof auditLogQuery>;

const fields = z.record(z.string(), z.unknown()).nullable();

/** A line of the audit log: who has done what to what, under which request. */
export const adminActionView = z.strictObject({
  id: z.string(),
  actorId: z.string(),
  action: z.enum(adminActions),
  target: z.string().describe('The id of the account, the product or the job'),
  before: fields.describe('The fields that matter, as they were'),
  after: fields.describe('The same afterwards; null when it is gone'),
  requestId: z.string(),
  createdAt: z.iso.datetime(),
});
export type AdminActionView = z.infer<typeof adminActionView>;
