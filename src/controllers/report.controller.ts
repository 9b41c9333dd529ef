import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import type { IdParams } from '../schemas/common.js';
import type { ReportFileQuery, ReportFormat, ReportInput, ReportsQuery } from '../schemas/report.js';
import { reportPath } from '../services/report/report-view.js';
import type { ReportService } from '../services/report/report.service.js';
import { cursorTag } from '../utils/cursor.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { idPosition, pageOf } from './page.js';
import { reply } from './reply.js';

export interface ReportControllerDeps {
  reports: Pick<ReportService, 'request' | 'list' | 'get' | 'file'>;
}

const types: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** A page that was made from what people have typed in: it may show its own style, and nothing else. */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/** Reports over HTTP. */
export const createReportController = ({ reports }: ReportControllerDeps) => {
  const create: RequestHandler = async (_req, res) => {
    const { body } = inputOf<{ body: ReportInput }>(res);
    const report = await reports.request(callerOf(res), body);
    reply(res, 202, messages.reportQueued, report, undefined, { Location: reportPath(report.id) });
  };

  const list: RequestHandler = async (_req, res) => {
    const { query } = inputOf<{ query: ReportsQuery }>(res);
    const { type, productId, limit, cursor } = query;
    const tag = cursorTag(['reports', type ?? null, productId ?? null]);
    const rows = await reports.list({ type, productId, beforeId: idPosition(tag, cursor), limit: limit + 1 });
    const { page, meta } = pageOf(tag, rows, limit, ({ id }) => id);
    reply(res, 200, messages.ok, page, meta);
  };

  const get: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    reply(res, 200, messages.ok, await reports.get(params.id), undefined, { 'Cache-Control': 'no-store' });
  };

  const file: RequestHandler = async (req, res) => {
    const { params, query } = inputOf<{ params: IdParams; query: ReportFileQuery }>(res);
    const { name, bytes, content } = await reports.file(params.id, query.format);
    const disposition = query.format === 'csv' ? 'attachment' : 'inline';
    const headers = ['Content-Type', types[query.format], 'Content-Length', String(bytes)];
    headers.push('Content-Disposition', `${disposition}; filename="${name}"`, 'Cache-Control', 'private, no-cache');
    if (query.format === 'html') headers.push('Content-Security-Policy', pagePolicy);
    res.writeHead(200, headers);
    if (req.method === 'HEAD') {
      content.destroy();
      res.end();
      return;
    }
    // Who hangs up, or a database that goes away: the connection is broken off, as its head has gone out.
    await pipeline(content, res).catch(() => res.destroy());
  };

  return { create, list, get, file };
};

export type ReportController = ReturnType<typeof createReportController>;
