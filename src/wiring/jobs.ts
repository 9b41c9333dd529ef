import type { Router } from 'express';
import type { Connection } from 'mongoose';
import { createMailConsumer } from '../consumers/mail.consumer.js';
import { createReportConsumer } from '../consumers/report.consumer.js';
import { createJobController } from '../controllers/job.controller.js';
import { createReportController } from '../controllers/report.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { deploymentName } from '../models/deployment.model.js';
import { createJobModel } from '../models/job.model.js';
import { createJobQueries } from '../models/job-queries.js';
import { createJobStore } from '../models/job-store.js';
import { createMovementModel } from '../models/movement.model.js';
import { createMovementQueries } from '../models/movement-queries.js';
import { createProductModel } from '../models/product.model.js';
import { createReportFiles } from '../models/report-files.js';
import { createReportModel } from '../models/report.model.js';
import { createReportQueries } from '../models/report-queries.js';
import { createReportStore } from '../models/report-store.js';
import { createSentMailModel, createSentMails } from '../models/sent-mail.model.js';
import { createUserStore } from '../models/user.model.js';
import { createReportRoutes } from '../routes/report.routes.js';
import { createJobMetrics } from '../services/job-metrics.service.js';
import type { AdminLog } from '../services/admin-log.service.js';
import { createJobAdmin } from '../services/job-admin.service.js';
import { createBullJobs } from '../services/jobs/bull-jobs.js';
import { jobPolicies } from '../services/jobs/job-policy.js';
import type { JobQueue } from '../services/jobs/job-queue.js';
import { createStoredJobs } from '../services/jobs/stored-jobs.js';
import { createTidying } from '../services/jobs/tidying.js';
import { createMailService } from '../services/mail.service.js';
import { createReportRun, type ReportRunDependencies } from '../services/report/report-run.js';
import { createReportService } from '../services/report/report.service.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

/** Rows of one CSV: some 200 MB, which is more than a spreadsheet opens. */
const reportRowsMax = 1_000_000;

export interface Jobs {
  /** The relay hands jobs over to it. */
  queue: JobQueue;
  routes: (guard: Guard, log: Pick<AdminLog, 'note'>) => Router;
  /** From here on this process works on jobs; it stops with the rest. */
  startWorkers: () => void;
}

/** Reports read wherever reads may go. */
const reportQueries = (
  { connection: primary, reads }: Ground,
  models: Models,
): ReportRunDependencies['withQueries'] => {
  let elsewhere: Pick<Models, 'products' | 'movements'> | undefined;
  const modelsAt = (connection: Connection) =>
    connection === primary
      ? models
      : (elsewhere ??= { products: createProductModel(connection), movements: createMovementModel(connection) });
  return (work) =>
    reads.report(({ connection, options }) => {
      const { products, movements } = modelsAt(connection);
      return work(createReportQueries({ products, movements, ...options }));
    });
};

const openQueue = async (ground: Ground, models: Models): Promise<JobQueue> => {
  const { connection, queueRedis, logger, metrics, checks, closers } = ground;
  const figures = createJobMetrics(metrics.registry);
  const common = { metrics: figures, logger, policies: jobPolicies };
  const jobModel = createJobModel(connection);
  const queue =
    queueRedis === undefined
      ? createStoredJobs({ store: createJobStore(jobModel), queries: createJobQueries(jobModel), ...common })
      : createBullJobs({
          redis: queueRedis,
          prefix: `stockroom:${await deploymentName(models.deployment)}`,
          ...common,
        });
  figures.watchQueues(queue);
  if (queueRedis) checks.push({ name: 'jobs', required: false, check: queueRedis.check });
  closers.add('job queue', queue.close);
  return queue;
};

/** Background jobs: their queue, reports and mails. Nothing is worked on before `startWorkers`. */
export const wireJobs = async (ground: Ground, models: Models): Promise<Jobs> => {
  const { connection, mailer, logger, closers } = ground;
  const reportModel = createReportModel(connection);
  const sentMails = createSentMailModel(connection);
  const files = createReportFiles(connection);
  const queue = await openQueue(ground, models);
  const store = createReportStore({ reports: reportModel, outbox: models.outbox });
  const reports = createReportService({
    store,
    files,
    ledger: createMovementQueries(models),
    jobs: queue,
    run: createReportRun({
      store,
      files,
      withQueries: reportQueries(ground, models),
      now: () => new Date(),
      rowsMax: reportRowsMax,
    }),
  });
  const mails = createMailService({
    users: createUserStore(models),
    sent: createSentMails(sentMails),
    send: mailer.send,
  });
  return {
    queue,
    routes: (guard, log) =>
      createReportRoutes({
        reports: createReportController({ reports }),
        jobs: createJobController({ jobs: createJobAdmin({ jobs: queue, log }) }),
        guard,
      }),
    startWorkers: () => {
      queue.work(createReportConsumer(reports));
      queue.work(createMailConsumer(mails));
      closers.add('tidying of reports', createTidying({ tidy: reports.tidy, logger }).stop);
    },
  };
};
