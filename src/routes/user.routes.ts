import type { Router } from 'express';
import type { AdminLogController } from '../controllers/admin-log.controller.js';
import type { UserController } from '../controllers/user.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { auditLogQuery } from '../schemas/admin-action.js';
import { idParams } from '../schemas/common.js';
import { patchUserBody, usersQuery } from '../schemas/people.js';
import { createGuardedRouter } from './guarded-router.js';

export interface UserRoutesDeps {
  users: UserController;
  log: AdminLogController;
  guard: Guard;
}

/** User management, and the log of what admins have done, to be mounted under the API's base path. */
export const createUserRoutes = ({ users, log, guard }: UserRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  on('GET /users', validate({ query: usersQuery }), users.list);
  on('GET /users/:id', validate({ params: idParams }), users.get);
  on('PATCH /users/:id', validate({ params: idParams, body: patchUserBody }), users.change);
  on('GET /audit-log', validate({ query: auditLogQuery }), log.list);
  return router;
};
