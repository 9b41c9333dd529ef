import { Router, type RequestHandler } from 'express';
import type { Guard } from '../middlewares/guard.js';
import { partsOf, type RouteName } from '../schemas/access.js';

/** What the routers of the API are made of. */
export interface GuardedRouter {
  router: Router;
  /** Serves a route of the access table: its guard first, so that strangers learn nothing about shapes, then these. */
  on: (route: RouteName, ...handlers: readonly RequestHandler[]) => void;
}

/** A router all of whose routes stand in the access table and are guarded as it says. */
export const createGuardedRouter = (guard: Guard): GuardedRouter => {
  const router = Router();
  return {
    router,
    on: (route, ...handlers) => {
      const { method, path } = partsOf(route);
      router[method](path, ...guard(route), ...handlers);
    },
  };
};
