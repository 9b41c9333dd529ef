import type { Readable } from 'node:stream';
import type { OutboxJob } from '../../models/outbox.model.js';
import { reportKeptMs, type ReportDocument } from '../../models/report.model.js';
import type { ReportFiles } from '../../models/report-files.js';
import type { ReportListQuery, ReportStore } from '../../models/report-store.js';
import type { ReportJob } from '../../schemas/job.js';
import type { ReportFormat, ReportInput, ReportView } from '../../schemas/report.js';
import type { Caller } from '../../utils/caller.js';
import { AppError } from '../../utils/errors.js';
import { newId } from '../../utils/uuid.js';
import type { JobQueue } from '../jobs/job-queue.js';
import type { ReportRun, RunControl } from './report-run.js';
import { reportView } from './report-view.js';

export interface ReportDependencies {
  store: ReportStore;
  files: Pick<ReportFiles, 'read' | 'sweep'>;
  ledger: { productExists: (productId: string) => Promise<boolean> };
  jobs: Pick<JobQueue, 'add' | 'find'>;
  run: ReportRun;
  now?: () => Date;
}

export interface ReportFile {
  name: string;
  bytes: number;
  content: Readable;
}

/** A report that nobody has worked on for so long is looked after. */
const neglectedMs = 120_000;
const neglectedMax = 100;

type Request = Pick<ReportDocument, '_id' | 'type' | 'productId' | 'from' | 'to' | 'requestedBy'>;

const newReport = (request: Request, at: Date): ReportDocument => ({
  ...request,
  status: 'queued',
  progress: 0,
  reason: null,
  rows: null,
  truncated: false,
  files: null,
  createdAt: at,
  startedAt: null,
  finishedAt: null,
  seenAt: at,
  expiresAt: new Date(at.getTime() + reportKeptMs),
});

const jobOf = (reportId: string): OutboxJob => {
  const { name, data }: ReportJob = { name: 'requested', data: { reportId } };
  return { queue: 'report-queue', id: reportId, name, data };
};

/** Reports: asked for by a request, made by a job, and had for a week. */
export const createReportService = ({
  store,
  files,
  ledger,
  jobs,
  run,
  now = () => new Date(),
}: ReportDependencies) => {
  const load = async (id: string): Promise<ReportDocument> => {
    const report = await store.find(id);
    if (!report) throw new AppError('NOT_FOUND');
    return report;
  };

  return {
    /** Keeps the wish and its job in one transaction. @throws AppError NOT_FOUND (there never was such a product) */
    request: async (caller: Caller, input: ReportInput): Promise<ReportView> => {
      const { type, productId, from, to } = input;
      if (productId !== undefined && !(await ledger.productExists(productId))) throw new AppError('NOT_FOUND');
      const asked = { type, productId: productId ?? null, from: from ?? null, to: to ?? null };
      const report = newReport({ _id: newId(), ...asked, requestedBy: caller.id }, now());
      await store.request(report, jobOf(report._id));
      return reportView(report);
    },

    list: async (query: ReportListQuery): Promise<ReportView[]> => (await store.list(query)).map(reportView),

    /** @throws AppError NOT_FOUND */
    get: async (id: string): Promise<ReportView> => reportView(await load(id)),

    /** @throws AppError NOT_FOUND, REPORT_STATE (it is not done) */
    file: async (id: string, format: ReportFormat): Promise<ReportFile> => {
      const { type, status, files: made } = await load(id);
      if (made === null) throw new AppError('REPORT_STATE', { details: { status } });
      const file = await files.read(made[format]);
      if (!file) throw new AppError('NOT_FOUND');
      return { ...file, name: `${type}-${id}.${format}` };
    },

    /** Does the work of a job: its report is there, or comes with it. */
    make: async ({ name, data }: ReportJob, control: RunControl): Promise<void> => {
      if (name === 'requested') return run(data.reportId, null, control);
      const { reportId: _id, productId, requestedBy } = data;
      return run(
        _id,
        newReport({ _id, type: 'product', productId, from: null, to: null, requestedBy }, now()),
        control,
      );
    },

    giveUp: (id: string, reason: string): Promise<void> => store.fail(id, reason, now()),

    /** Looks after reports whose job was lost, or failed without a word, and deletes what has expired. */
    tidy: async (): Promise<void> => {
      const at = now();
      for (const { _id } of await store.neglected(new Date(at.getTime() - neglectedMs), at, neglectedMax)) {
        const job = await jobs.find(_id);
        if (job === null) await jobs.add(jobOf(_id));
        else if (job.status === 'failed') await store.fail(_id, job.reason ?? 'its worker was lost', at);
      }
      await files.sweep(at);
    },
  };
};

export type ReportService = ReturnType<typeof createReportService>;
