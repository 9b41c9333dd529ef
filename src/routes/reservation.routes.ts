import type { Router } from 'express';
import type { ReservationController } from '../controllers/reservation.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { idParams } from '../schemas/common.js';
import { extendBody, reserveBody } from '../schemas/stock.js';
import { createGuardedRouter } from './guarded-router.js';

export interface ReservationRoutesDeps {
  controller: ReservationController;
  guard: Guard;
}

/** Reservations, to be mounted under the API's base path; whose they are is for the service to say. */
export const createReservationRoutes = ({ controller, guard }: ReservationRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  const byId = validate({ params: idParams });
  on('POST /products/:id/reservations', validate({ params: idParams, body: reserveBody }), controller.hold);
  on('POST /reservations/:id/confirm', byId, controller.confirm);
  on('GET /reservations/:id', byId, controller.get);
  on('PATCH /reservations/:id', validate({ params: idParams, body: extendBody }), controller.extend);
  on('DELETE /reservations/:id', byId, controller.release);
  return router;
};
