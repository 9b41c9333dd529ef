import type { Router } from 'express';
import { createReservationController } from '../controllers/reservation.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { createHoldQueries } from '../models/hold-queries.js';
import type { MovementQueries } from '../models/movement-queries.js';
import { createReservationRoutes } from '../routes/reservation.routes.js';
import { createHoldSweep } from '../services/hold-sweep.service.js';
import { createReservationService } from '../services/reservation.service.js';
import type { StockEngine } from '../services/stock-engine/stock-engine.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

export interface ReservationGround {
  engine: StockEngine;
  ledger: MovementQueries;
  guard: Guard;
}

/** Reservations: their routes, and the sweep that ends those whose time is over. */
export const wireReservations = (
  { logger, closers }: Ground,
  models: Models,
  { engine, ledger, guard }: ReservationGround,
): Router => {
  const holds = createHoldQueries(models);
  const sweep = createHoldSweep({ holds, engine, logger });
  sweep.start();
  closers.add('reservation sweep', sweep.stop);
  const reservations = createReservationService({ engine, holds, ledger });
  return createReservationRoutes({ controller: createReservationController({ reservations }), guard });
};
