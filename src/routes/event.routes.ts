import type { RequestHandler, Router } from 'express';
import type { EventStreamController } from '../controllers/event-stream.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { createGuardedRouter } from './guarded-router.js';

export interface EventRoutesDeps {
  controller: EventStreamController;
  guard: Guard;
  /** What keeps one caller from having all streams. */
  limitOpen?: readonly RequestHandler[];
}

/** The stream of stock changes, open to all, to be mounted under the API's base path. */
export const createEventRoutes = ({ controller, guard, limitOpen = [] }: EventRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  on('GET /events', validate({}), ...limitOpen, controller.listen);
  return router;
};
