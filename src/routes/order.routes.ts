import type { Router } from 'express';
import type { OrderController } from '../controllers/order.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { idParams, pageQuery } from '../schemas/common.js';
import { orderBody, ordersQuery, productIdParams } from '../schemas/order.js';
import { createGuardedRouter } from './guarded-router.js';

export interface OrderRoutesDeps {
  controller: OrderController;
  guard: Guard;
}

/** Orders, to be mounted under the API's base path. */
export const createOrderRoutes = ({ controller, guard }: OrderRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  const byId = validate({ params: idParams });

  on('POST /orders', validate({ body: orderBody }), controller.place);
  on('GET /orders', validate({ query: ordersQuery }), controller.list);
  on('GET /orders/product/:productId', validate({ params: productIdParams, query: pageQuery }), controller.ofProduct);
  on('GET /orders/:id', byId, controller.get);
  on('POST /orders/:id/cancel', byId, controller.cancel);
  return router;
};
