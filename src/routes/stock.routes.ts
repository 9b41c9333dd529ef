import type { Router } from 'express';
import type { StockController } from '../controllers/stock.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { idParams, pageQuery } from '../schemas/common.js';
import { movementsQuery, purchaseBody, stockBatchBody, stockBody } from '../schemas/stock.js';
import { createGuardedRouter } from './guarded-router.js';

export interface StockRoutesDeps {
  controller: StockController;
  guard: Guard;
}

/** Purchases, stock changes and the ledger, to be mounted under the API's base path. */
export const createStockRoutes = ({ controller, guard }: StockRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  const byId = validate({ params: idParams });

  on('POST /products/:id/purchase', validate({ params: idParams, body: purchaseBody }), controller.purchase);
  on('GET /purchases', validate({ query: pageQuery }), controller.listPurchases);
  on('GET /purchases/:id', byId, controller.getPurchase);

  on('POST /products/:id/stock', validate({ params: idParams, body: stockBody }), controller.change);
  on('POST /stock/batch', validate({ body: stockBatchBody }), controller.changeAll);
  on('GET /products/:id/movements', validate({ params: idParams, query: movementsQuery }), controller.listMovements);
  on('GET /products/:id/audit', byId, controller.audit);
  return router;
};
