import express, { Router } from 'express';
import { allowedMethods, routePatterns, routesOf } from '../../../src/utils/router-tree.js';

const answer = (): void => undefined;

const createRouter = () => {
  const app = express();
  const products = Router();
  products.get('/products/top', answer);
  products.get('/products/:id', answer).patch('/products/:id', answer);
  products.route('/products').get(answer).post(answer);
  const nested = Router().delete('/', answer).post('/confirm', answer);
  app.use((_req, _res, next) => next());
  app.use('/api/v1', products);
  app.use('/api/v1', Router().use('/reservations/:id', nested));
  app.get('/healthz', answer);
  return app.router;
};

describe('allowedMethods', () => {
  it.each([
    ['/healthz', ['GET', 'HEAD', 'OPTIONS']],
    ['/api/v1/products', ['GET', 'HEAD', 'POST', 'OPTIONS']],
    ['/api/v1/products/1', ['GET', 'HEAD', 'PATCH', 'OPTIONS']],
    // It fits the pattern of ids too, and is none.
    ['/api/v1/products/top', ['GET', 'HEAD', 'OPTIONS']],
    ['/api/v1/reservations/1', ['DELETE', 'OPTIONS']],
    ['/api/v1/reservations/1/confirm', ['POST', 'OPTIONS']],
  ])('when the path is %s, then its methods are %j', (path, methods) => {
    expect(allowedMethods(createRouter(), path)).toEqual(methods);
  });

  it.each(['/', '/api/v1', '/api/v1/product', '/api/v1/products/1/2', '/api/v1/products/%FF', '/products'])(
    'when no route has the path %s, then there are no methods',
    (path) => {
      expect(allowedMethods(createRouter(), path)).toEqual([]);
    },
  );
});

describe('routePatterns', () => {
  it('when routers are nested, then each route has its whole pattern', () => {
    expect([...routePatterns(createRouter()).values()].sort()).toEqual([
      '/api/v1/products',
      '/api/v1/products/:id',
      '/api/v1/products/:id',
      '/api/v1/products/top',
      '/api/v1/reservations/:id',
      '/api/v1/reservations/:id/confirm',
      '/healthz',
    ]);
  });
});

describe('routesOf', () => {
  it('when a path takes several methods, then each is a route', () => {
    expect(routesOf(createRouter()).sort()).toEqual([
      'DELETE /api/v1/reservations/:id',
      'GET /api/v1/products',
      'GET /api/v1/products/:id',
      'GET /api/v1/products/top',
      'GET /healthz',
      'PATCH /api/v1/products/:id',
      'POST /api/v1/products',
      'POST /api/v1/reservations/:id/confirm',
    ]);
  });
});
