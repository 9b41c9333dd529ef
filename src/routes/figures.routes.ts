import type { Router } from 'express';
import type { DropController } from '../controllers/drop.controller.js';
import type { FiguresController } from '../controllers/figures.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { dropBody } from '../schemas/drop.js';
import { createGuardedRouter } from './guarded-router.js';

export interface FiguresRoutesDeps {
  figures: FiguresController;
  drops: DropController;
  guard: Guard;
}

/** What the dashboard needs beside the business: figures of the process, and drops to watch, to be mounted under the API's base path. */
export const createFiguresRoutes = ({ figures, drops, guard }: FiguresRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  on('GET /figures', validate({}), figures.show);
  on('POST /drops', validate({ body: dropBody }), drops.run);
  return router;
};
