import type { ReportDocument } from '../../models/report.model.js';
import type { ReportFormat, ReportView } from '../../schemas/report.js';

export const reportPath = (id: string): string => `/api/v1/reports/${id}`;

const isoTime = (time: Date | null): string | null => time?.toISOString() ?? null;

/** A report as the API shows it. */
export const reportView = ({ _id: id, files, ...report }: ReportDocument): ReportView => {
  const { type, productId, from, to, status, progress, reason, rows, truncated, requestedBy } = report;
  const { createdAt, startedAt, finishedAt, expiresAt } = report;
  const at = (format: ReportFormat): string => `${reportPath(id)}/file?format=${format}`;
  const window = { from: isoTime(from), to: isoTime(to) };
  const life = { createdAt: createdAt.toISOString(), startedAt: isoTime(startedAt), finishedAt: isoTime(finishedAt) };
  return {
    ...{ id, type, productId, ...window, status, progress, reason, rows, truncated },
    files: files === null ? null : { csv: at('csv'), html: at('html') },
    ...{ requestedBy, ...life, expiresAt: expiresAt.toISOString() },
  };
};
