import { z } from 'zod';
import { amount, cursorQuery, id, idParam, limitQuery, time } from './common.js';

export const reportTypes = ['stock', 'sales', 'product'] as const;
export type ReportType = (typeof reportTypes)[number];

export const reportStatuses = ['queued', 'running', 'done', 'failed'] as const;
export type ReportStatus = (typeof reportStatuses)[number];

export const reportFormats = ['csv', 'html'] as const;
export type ReportFormat = (typeof reportFormats)[number];

const moment = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

const isBody = ({ value }: { value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** POST /reports. `from` is in the report, `to` is not; stock is as it is when the report is made. */
export const reportBody = z
  .strictObject({
    type: z.enum(reportTypes),
    productId: idParam.optional(),
    from: moment.optional(),
    to: moment.optional(),
  })
  .refine(({ type, productId }) => type !== 'product' || productId !== undefined, {
    path: ['productId'],
    message: 'is missing: a report of the type product is of one product',
    when: isBody,
  })
  .refine(({ type, productId }) => type === 'product' || productId === undefined, {
    path: ['productId'],
    message: 'goes with the type product only',
    when: isBody,
  })
  .refine(({ type, from }) => type !== 'stock' || from === undefined, {
    path: ['from'],
    message: 'goes with the types sales and product only',
    when: isBody,
  })
  .refine(({ type, to }) => type !== 'stock' || to === undefined, {
    path: ['to'],
    message: 'goes with the types sales and product only',
    when: isBody,
  })
  .refine(({ from, to }) => !(from instanceof Date) || !(to instanceof Date) || from < to, {
    path: ['to'],
    message: 'must be after from',
    when: isBody,
  })
  .meta({
    oneOf: [
      { properties: { type: { const: 'stock' }, productId: false, from: false, to: false } },
      { properties: { type: { const: 'sales' }, productId: false } },
      { properties: { type: { const: 'product' } }, required: ['productId'] },
    ],
  });
export type ReportInput = z.infer<typeof reportBody>;

/** GET /reports */
export const reportsQuery = z.strictObject({
  type: z.enum(reportTypes).optional(),
  productId: idParam.optional(),
  limit: limitQuery,
  cursor: cursorQuery,
});
export type ReportsQuery = z.infer<typeof reportsQuery>;

/** GET /reports/:id/file */
export const reportFileQuery = z.strictObject({ format: z.enum(reportFormats).default('csv') });
export type ReportFileQuery = z.infer<typeof reportFileQuery>;

const at = time.nullable();
const path = z.string().meta({ description: 'Where to get it' });

/** A report as the API shows it. */
export const report = z
  .strictObject({
    id,
    type: z.enum(reportTypes),
    productId: id.nullable(),
    from: at,
    to: at,
    status: z.enum(reportStatuses),
    progress: z.number().min(0).max(100).meta({ description: 'Per cent' }),
    reason: z.string().nullable().meta({ description: 'What it failed with' }),
    rows: amount.nullable(),
    truncated: z.boolean().meta({ description: 'Whether there was more than a CSV takes' }),
    files: z.strictObject({ csv: path, html: path }).nullable().meta({ description: 'Once it is done' }),
    requestedBy: id,
    createdAt: time,
    startedAt: at,
    finishedAt: at,
    expiresAt: time.meta({ description: 'When it is deleted' }),
  })
  .meta({ id: 'Report' });
export type ReportView = z.infer<typeof report>;
