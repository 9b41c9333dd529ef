import { Router, type RequestHandler } from 'express';
import type { ProductController } from '../controllers/product.controller.js';
import { validate } from '../middlewares/validate.js';
import { idParams } from '../schemas/common.js';
import { createProductBody, getProductQuery, listProductsQuery, patchProductBody } from '../schemas/product.js';
import type { Role } from '../utils/caller.js';

export interface ProductRoutesDeps {
  controller: ProductController;
  authenticate: RequestHandler;
  authorize: (...roles: readonly [Role, ...Role[]]) => RequestHandler;
}

/** The catalogue, to be mounted under the API's base path. */
export const createProductRoutes = ({ controller, authenticate, authorize }: ProductRoutesDeps): Router => {
  const router = Router();
  const editor = [authenticate, authorize('manager', 'admin')];
  router.post('/products', editor, validate({ body: createProductBody }), controller.create);
  router.get('/products', validate({ query: listProductsQuery }), controller.list);
  router.get('/products/:id', validate({ params: idParams, query: getProductQuery }), controller.get);
  router.patch('/products/:id', editor, validate({ params: idParams, body: patchProductBody }), controller.patch);
  router.delete('/products/:id', authenticate, authorize('admin'), validate({ params: idParams }), controller.remove);
  return router;
};
