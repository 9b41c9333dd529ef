import type { RequestHandler } from 'express';
import type { AuditLogQuery } from '../schemas/admin-action.js';
import type { AdminLog } from '../services/admin-log.service.js';
import { cursorTag } from '../utils/cursor.js';
import { inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { idPosition, pageOf } from './page.js';
import { reply } from './reply.js';

export interface AdminLogControllerDeps {
  log: Pick<AdminLog, 'list'>;
}

/** The audit log over HTTP, for admins. */
export const createAdminLogController = ({ log }: AdminLogControllerDeps) => {
  const list: RequestHandler = async (_req, res) => {
    const { query } = inputOf<{ query: AuditLogQuery }>(res);
    const { actorId, action, limit, cursor } = query;
    const tag = cursorTag(['audit-log', actorId ?? null, action ?? null]);
    const rows = await log.list({ actorId, action }, { beforeId: idPosition(tag, cursor), limit: limit + 1 });
    const { page, meta } = pageOf(tag, rows, limit, ({ id }) => id);
    reply(res, 200, messages.ok, page, meta, { 'Cache-Control': 'no-store' });
  };

  return { list };
};

export type AdminLogController = ReturnType<typeof createAdminLogController>;
