import { Schema, type Connection } from 'mongoose';
import {
  reportStatuses,
  reportTypes,
  type ReportFormat,
  type ReportStatus,
  type ReportType,
} from '../schemas/report.js';

/** A report that was asked for, and what has come of it. Its files are in GridFS, see report-files.ts. */
export interface ReportDocument {
  /** Also the id of its job. */
  _id: string;
  type: ReportType;
  productId: string | null;
  /** The time that it is about: `from` is in it, `to` is not; null is open. */
  from: Date | null;
  to: Date | null;
  status: ReportStatus;
  progress: number;
  requestedBy: string;
  /** What it failed with. */
  reason: string | null;
  /** Of the CSV, and whether there were more than it takes. */
  rows: number | null;
  truncated: boolean;
  files: Record<ReportFormat, string> | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** When somebody last worked on it, or looked whether somebody does. */
  seenAt: Date;
  expiresAt: Date;
}

/** How long a report can be had. */
export const reportKeptMs = 7 * 86_400_000;

const required = { required: true } as const;

export const createReportModel = (connection: Connection) => {
  const schema = new Schema<ReportDocument>(
    {
      _id: { type: String, ...required },
      type: { type: String, enum: reportTypes, ...required },
      productId: { type: String, default: null },
      from: { type: Date, default: null },
      to: { type: Date, default: null },
      status: { type: String, enum: reportStatuses, ...required },
      progress: { type: Number, ...required },
      requestedBy: { type: String, ...required },
      reason: { type: String, default: null },
      rows: { type: Number, default: null },
      truncated: { type: Boolean, default: false },
      files: { type: Schema.Types.Mixed, default: null },
      createdAt: { type: Date, ...required },
      startedAt: { type: Date, default: null },
      finishedAt: { type: Date, default: null },
      seenAt: { type: Date, ...required },
      expiresAt: { type: Date, ...required },
    },
    { collection: 'reports', versionKey: false },
  );
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  schema.index({ productId: 1, _id: 1 });
  schema.index({ status: 1, seenAt: 1 });
  return connection.model<ReportDocument>('Report', schema);
};
