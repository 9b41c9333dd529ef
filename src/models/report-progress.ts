import { trusted, type Model } from 'mongoose';
import { isDuplicateKey } from './duplicate-key.js';
import type { ReportDocument } from './report.model.js';

/** Where a report stands is written again soon, so its loss with a server costs nothing. */
const quick = { writeConcern: { w: 1, journal: false } } as const;

/** What an insert takes of `report` beside what an update sets. */
const restOf = (report: ReportDocument, set: object): Partial<ReportDocument> =>
  Object.fromEntries(Object.entries(report).filter(([field]) => field !== '_id' && !(field in set)));

/** A filter of reports that have not come to an end. */
export const isOpen = () => ({ status: trusted({ $in: ['queued' as const, 'running' as const] }) });

/** What a worker writes of the report that it makes. */
export const createReportProgress = (reports: Model<ReportDocument>) => ({
  /**
   * Takes a report up, be it anew.
   * @param brought the report that its job brings along, kept unless it is there
   * @returns null when it is done, or gone
   */
  start: async (id: string, at: Date, brought: ReportDocument | null): Promise<ReportDocument | null> => {
    const set = {
      status: 'running' as const,
      progress: 0,
      reason: null,
      startedAt: at,
      seenAt: at,
      finishedAt: null,
    };
    const take = (inserted: ReportDocument | null): Promise<ReportDocument | null> =>
      reports
        .findOneAndUpdate(
          { _id: id, status: trusted({ $ne: 'done' }) },
          { $set: set, ...(inserted === null ? {} : { $setOnInsert: restOf(inserted, set) }) },
          { returnDocument: 'after', upsert: inserted !== null, ...quick },
        )
        .lean<ReportDocument>()
        .exec();
    try {
      return await take(brought);
    } catch (error) {
      // It is there: done, or just taken up by somebody else.
      if (!isDuplicateKey(error)) throw error;
      return take(null);
    }
  },

  progress: async (id: string, progress: number, at: Date): Promise<void> => {
    await reports.updateOne({ _id: id, status: 'running' }, { $set: { progress, seenAt: at } }, quick);
  },

  /**
   * Ends a report.
   * @param brought whether its job has brought it along: then it is kept even if a server has lost it since
   * @returns whether these files are the report's: not when somebody else was first, or it is gone
   */
  finish: async (
    report: ReportDocument,
    result: Pick<ReportDocument, 'files' | 'rows' | 'truncated' | 'finishedAt'>,
    brought: boolean,
  ): Promise<boolean> => {
    const done = { ...result, status: 'done' as const, progress: 100, reason: null };
    try {
      const { matchedCount, upsertedCount } = await reports.updateOne(
        { _id: report._id, status: trusted({ $ne: 'done' }) },
        { $set: done, ...(brought ? { $setOnInsert: restOf(report, done) } : {}) },
        { upsert: brought },
      );
      return matchedCount + upsertedCount === 1;
    } catch (error) {
      if (!brought || !isDuplicateKey(error)) throw error;
      return false;
    }
  },

  fail: async (id: string, reason: string, at: Date): Promise<void> => {
    await reports.updateOne({ _id: id, ...isOpen() }, { $set: { status: 'failed', reason, finishedAt: at } });
  },
});
