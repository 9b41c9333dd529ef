import type { RequestHandler, Router } from 'express';
import type { ProductController } from '../controllers/product.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { validate } from '../middlewares/validate.js';
import { idParams } from '../schemas/common.js';
import {
  createProductBody,
  getProductQuery,
  listProductsQuery,
  patchProductBody,
  topProductsQuery,
} from '../schemas/product.js';
import { AppError } from '../utils/errors.js';
import { createGuardedRouter } from './guarded-router.js';

export interface ProductRoutesDeps {
  controller: ProductController;
  guard: Guard;
}

/** The catalogue as anyone may look at it, to be mounted under the API's base path. */
export const createCatalogueRoutes = ({ controller, guard }: ProductRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  const product = validate({ params: idParams, query: getProductQuery });
  // Before the ids, of which it is none.
  on('GET /products/top', validate({ query: topProductsQuery }), controller.top);
  on('GET /products/:id', product, controller.get);
  on('GET /products', validate({ query: listProductsQuery }), controller.list);
  return router;
};

/** `/products/top` is no product's id, though it stands where ids do: it is read, and takes no other method. */
const refuseTop: RequestHandler = (req, _res, next) => {
  if (req.path === '/') throw new AppError('METHOD_NOT_ALLOWED', { headers: { Allow: 'GET, HEAD, OPTIONS' } });
  next();
};

/** Changes of the catalogue, to be mounted under the API's base path. */
export const createProductRoutes = ({ controller, guard }: ProductRoutesDeps): Router => {
  const { router, on } = createGuardedRouter(guard);
  router.use('/products/top', refuseTop);
  on('POST /products', validate({ body: createProductBody }), controller.create);
  on('PATCH /products/:id', validate({ params: idParams, body: patchProductBody }), controller.patch);
  on('DELETE /products/:id', validate({ params: idParams }), controller.remove);
  return router;
};
