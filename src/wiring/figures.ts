import type { Router } from 'express';
import { createDropController } from '../controllers/drop.controller.js';
import { createFiguresController } from '../controllers/figures.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { createFiguresRoutes } from '../routes/figures.routes.js';
import { createDropService, type DropDependencies } from '../services/drop/drop.service.js';
import { createLiveFigures } from '../services/live-figures.service.js';
import type { Ground } from './ground.js';

/** Figures of the process, and drops; one that runs ends when the process begins to stop. */
export const wireFigures = (
  { env, metrics, logger, onStopping, closers }: Ground,
  business: Pick<DropDependencies, 'products' | 'purchases' | 'audits'>,
  guard: Guard,
): Router => {
  const figures = createLiveFigures({
    registry: metrics.registry,
    service: env.SERVICE,
    queueMax: env.PURCHASE_QUEUE_MAX,
  });
  const drops = createDropService({ ...business, took: figures.purchaseTook, logger });
  onStopping(drops.stop);
  closers.add('drops', drops.close);
  return createFiguresRoutes({
    figures: createFiguresController({ figures }),
    drops: createDropController({ drops }),
    guard,
  });
};
