import type { RequestHandler } from 'express';
import type { IdParams } from '../schemas/common.js';
import type { JobsQuery } from '../schemas/job.js';
import type { JobAdmin } from '../services/job-admin.service.js';
import { cursorTag } from '../utils/cursor.js';
import { inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { adminContextOf } from './admin-context.js';
import { idPosition, pageOf } from './page.js';
import { reply } from './reply.js';

export interface JobControllerDeps {
  jobs: JobAdmin;
}

/** Background jobs, for admins. */
export const createJobController = ({ jobs }: JobControllerDeps) => {
  const list: RequestHandler = async (_req, res) => {
    const { query } = inputOf<{ query: JobsQuery }>(res);
    const { queue, status, limit, cursor } = query;
    const tag = cursorTag(['jobs', queue ?? null, status ?? null]);
    const rows = await jobs.list({ queue, status, beforeId: idPosition(tag, cursor), limit: limit + 1 });
    const { page, meta } = pageOf(tag, rows, limit, ({ id }) => id);
    reply(res, 200, messages.ok, page, meta, { 'Cache-Control': 'no-store' });
  };

  const retry: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    reply(res, 200, messages.jobRetried, await jobs.retry(adminContextOf(res), params.id));
  };

  return { list, retry };
};

export type JobController = ReturnType<typeof createJobController>;
