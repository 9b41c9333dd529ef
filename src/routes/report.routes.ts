import type { Router } from 'express';
import type { JobController } from '../controllers/job.controller.js';
import type { ReportController } from '../controllers/report.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { idParams } from '../schemas/common.js';
import { jobsQuery } from '../schemas/job.js';
import { reportBody, reportFileQuery, reportsQuery } from '../schemas/report.js';
import { createGuardedRouter } from './guarded-router.js';

export interface ReportRoutesDeps {
  reports: ReportController;
  jobs: JobController;
  guard: Guard;
}

/** Reports, and the jobs behind them and behind mails, to be mounted under the API's base path. */
export const createReportRoutes = ({ reports, jobs, guard }: ReportRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  const byId = validate({ params: idParams });
  on('POST /reports', validate({ body: reportBody }), reports.create);
  on('GET /reports', validate({ query: reportsQuery }), reports.list);
  on('GET /reports/:id', byId, reports.get);
  on('GET /reports/:id/file', validate({ params: idParams, query: reportFileQuery }), reports.file);
  on('GET /jobs', validate({ query: jobsQuery }), jobs.list);
  on('POST /jobs/:id/retry', byId, jobs.retry);
  return router;
};
