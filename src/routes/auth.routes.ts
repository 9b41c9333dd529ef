import type { RequestHandler, Router } from 'express';
import type { AuthController } from '../controllers/auth.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { loginBody, logoutBody, refreshBody, registerBody } from '../schemas/people.js';
import { createGuardedRouter } from './guarded-router.js';

export interface AuthRoutesDeps {
  controller: AuthController;
  guard: Guard;
  /** What stands in front of sign-in and knows whom it is for. */
  limitLogin?: readonly RequestHandler[];
}

/** Accounts and sign-in, to be mounted under the API's base path. */
export const createAuthRoutes = ({ controller, guard, limitLogin = [] }: AuthRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  on('POST /auth/register', validate({ body: registerBody }), controller.register);
  on('POST /auth/login', validate({ body: loginBody }), ...limitLogin, controller.login);
  on('POST /auth/refresh', validate({ body: refreshBody }), controller.refresh);
  on('POST /auth/logout', validate({ body: logoutBody }), controller.logout);
  on('GET /auth/me', validate({}), controller.me);
  return router;
};
