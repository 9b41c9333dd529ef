import { Router, type RequestHandler } from 'express';
import type { AuthController } from '../controllers/auth.controller.js';
import { validate } from '../middlewares/validate.js';
import { loginBody, registerBody } from '../schemas/people.js';

export interface AuthRoutesDeps {
  controller: AuthController;
  authenticate: RequestHandler;
}

/** Accounts and sign-in, to be mounted under the API's base path. */
export const createAuthRoutes = ({ controller, authenticate }: AuthRoutesDeps): Router => {
  const router = Router();
  router.post('/auth/register', validate({ body: registerBody }), controller.register);
  router.post('/auth/login', validate({ body: loginBody }), controller.login);
  router.get('/auth/me', authenticate, validate({}), controller.me);
  return router;
};
