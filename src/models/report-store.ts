import { trusted, type Model } from 'mongoose';
import type { ReportType } from '../schemas/report.js';
import { jobsNote, type OutboxDocument, type OutboxJob } from './outbox.model.js';
import type { ReportDocument } from './report.model.js';
import { createReportProgress, isOpen } from './report-progress.js';
import { inTransaction } from './transaction.js';

const readMsMax = 2_000;

export interface ReportStoreDependencies {
  reports: Model<ReportDocument>;
  outbox: Model<OutboxDocument>;
}

export interface ReportListQuery {
  type: ReportType | undefined;
  productId: string | undefined;
  beforeId: string | undefined;
  limit: number;
}

/** The atomic operations on reports. */
export const createReportStore = ({ reports, outbox }: ReportStoreDependencies) => ({
  /** Keeps a report that was asked for, together with its job. */
  request: (report: ReportDocument, job: OutboxJob): Promise<void> => {
    const note = jobsNote([job], report.createdAt);
    return inTransaction(reports.db, async (session) => {
      await reports.create([report], { session });
      await outbox.create([note], { session });
    });
  },

  find: (id: string): Promise<ReportDocument | null> =>
    reports.findById(id).maxTimeMS(readMsMax).lean<ReportDocument>().exec(),

  /** Newest first. */
  list: ({ type, productId, beforeId, limit }: ReportListQuery): Promise<ReportDocument[]> =>
    reports
      .find({
        ...(type === undefined ? {} : { type }),
        ...(productId === undefined ? {} : { productId }),
        ...(beforeId === undefined ? {} : { _id: trusted({ $lt: beforeId }) }),
      })
      .sort({ _id: -1 })
      .limit(limit)
      .maxTimeMS(readMsMax)
      .lean<ReportDocument[]>()
      .exec(),

  ...createReportProgress(reports),

  /** Reports that nobody has seen to for a while, oldest first; they count as seen to from now on. */
  neglected: async (before: Date, at: Date, limit: number): Promise<ReportDocument[]> => {
    const found = await reports
      .find({ ...isOpen(), seenAt: trusted({ $lt: before }) })
      .sort({ seenAt: 1 })
      .limit(limit)
      .maxTimeMS(readMsMax)
      .lean<ReportDocument[]>()
      .exec();
    const ids = found.map(({ _id }) => _id);
    if (ids.length > 0) await reports.updateMany({ _id: trusted({ $in: ids }) }, { $set: { seenAt: at } });
    return found;
  },
});

export type ReportStore = ReturnType<typeof createReportStore>;
