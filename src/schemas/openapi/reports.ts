import { z } from 'zod';
import { idParams } from '../common.js';
import { job, jobsQuery } from '../job.js';
import { report, reportBody, reportFileQuery, reportsQuery } from '../report.js';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const tag = 'Reports';
const shown = { data: report, example: sample.report } as const;

/** Reports, and the jobs behind them and behind mails. */
export const reportOperations = {
  'POST /reports': {
    ...{ id: 'requestReport', tag, summary: 'Ask for a report', body: reportBody },
    description:
      'It is made in the background and kept for a week. `from` is in the report, `to`, which must be after it, is not.',
    bodies: {
      stock: { type: 'stock' },
      'sales of a day': { type: 'sales', from: '2026-01-15T00:00:00Z', to: '2026-01-16T00:00:00Z' },
      product: { type: 'product', productId: sample.ids.product },
    },
    answers: [{ status: 202, says: 'The report is queued', headers: ['Location'], ...shown }],
    refusals: ['NOT_FOUND'],
  },
  'GET /reports': {
    ...{ id: 'listReports', tag, summary: 'List reports', query: reportsQuery },
    answers: [
      {
        status: 200,
        says: 'A page of reports, newest first',
        data: z.array(report),
        paged: true,
        example: [sample.report],
      },
    ],
  },
  'GET /reports/:id': {
    ...{ id: 'getReport', tag, summary: 'Show how far a report is', params: idParams },
    answers: [{ status: 200, says: 'The report', ...shown }],
    refusals: ['NOT_FOUND'],
  },
  'GET /reports/:id/file': {
    ...{ id: 'getReportFile', tag, summary: 'Get a report’s file', params: idParams, query: reportFileQuery },
    answers: [
      {
        ...{ status: 200, says: 'The rows, or a page with plots', headers: ['Content-Disposition'] },
        content: {
          'text/csv': { schema: z.string(), example: 'id,sku,name,stock\r\n' },
          'text/html': { schema: z.string(), example: '<!doctype html><title>Sales</title>' },
        },
      },
    ],
    refusals: ['NOT_FOUND', 'REPORT_STATE'],
  },
  'GET /jobs': {
    ...{ id: 'listJobs', tag: 'Jobs', summary: 'List background jobs', query: jobsQuery },
    answers: [
      { status: 200, says: 'A page of jobs, newest first', data: z.array(job), paged: true, example: [sample.job] },
    ],
  },
  'POST /jobs/:id/retry': {
    ...{ id: 'retryJob', tag: 'Jobs', summary: 'Give a failed job all its tries again', params: idParams },
    answers: [{ status: 200, says: 'The job', data: job, example: { ...sample.job, status: 'waiting', reason: null } }],
    refusals: ['NOT_FOUND', 'JOB_STATE'],
  },
} as const satisfies Record<string, Operation>;
