import type { RequestHandler, Response } from 'express';
import type { IdParams } from '../schemas/common.js';
import type { PatchUserBody, UsersQuery } from '../schemas/people.js';
import type { UserService } from '../services/user.service.js';
import { cursorTag } from '../utils/cursor.js';
import { inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { adminContextOf } from './admin-context.js';
import { idPosition, pageOf } from './page.js';
import { reply } from './reply.js';

export interface UserControllerDeps {
  users: UserService;
}

/** Personal data belongs in nobody's cache. */
const PRIVATE = { 'Cache-Control': 'no-store' } as const;

/** User management over HTTP, for admins. */
export const createUserController = ({ users }: UserControllerDeps) => {
  const list: RequestHandler = async (_req, res: Response) => {
    const { query } = inputOf<{ query: UsersQuery }>(res);
    const { q, role, disabled, limit, cursor } = query;
    const tag = cursorTag(['users', q ?? null, role ?? null, disabled ?? null]);
    const rows = await users.list({ q, role, disabled }, { beforeId: idPosition(tag, cursor), limit: limit + 1 });
    const { page, meta } = pageOf(tag, rows, limit, ({ id }) => id);
    reply(res, 200, messages.ok, page, meta, PRIVATE);
  };

  const get: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    reply(res, 200, messages.ok, await users.get(params.id), undefined, PRIVATE);
  };

  const change: RequestHandler = async (_req, res) => {
    const { params, body } = inputOf<{ params: IdParams; body: PatchUserBody }>(res);
    const account = await users.change(adminContextOf(res), params.id, body);
    reply(res, 200, messages.accountChanged, account, undefined, PRIVATE);
  };

  return { list, get, change };
};

export type UserController = ReturnType<typeof createUserController>;
