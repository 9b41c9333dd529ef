import { Router, type RequestHandler } from 'express';
import type { StockController } from '../controllers/stock.controller.js';
import { authorize } from '../middlewares/authorize.js';
import { validate } from '../middlewares/validate.js';
import { idParams, pageQuery } from '../schemas/common.js';
import { movementsQuery, purchaseBody, stockBatchBody, stockBody } from '../schemas/stock.js';

export interface StockRoutesDeps {
  controller: StockController;
  authenticate: RequestHandler;
}

/** Purchases, stock changes and the ledger, to be mounted under the API's base path. */
export const createStockRoutes = ({ controller, authenticate }: StockRoutesDeps): Router => {
  const router = Router();
  const managers = [authenticate, authorize('manager', 'admin')];
  const byId = validate({ params: idParams });

  router.post(
    '/products/:id/purchase',
    authenticate,
    validate({ params: idParams, body: purchaseBody }),
    controller.purchase,
  );
  router.get('/purchases', authenticate, validate({ query: pageQuery }), controller.listPurchases);
  router.get('/purchases/:id', authenticate, byId, controller.getPurchase);

  router.post('/products/:id/stock', managers, validate({ params: idParams, body: stockBody }), controller.change);
  router.post('/stock/batch', managers, validate({ body: stockBatchBody }), controller.changeAll);
  router.get(
    '/products/:id/movements',
    managers,
    validate({ params: idParams, query: movementsQuery }),
    controller.listMovements,
  );
  router.get('/products/:id/audit', managers, byId, controller.audit);
  return router;
};
