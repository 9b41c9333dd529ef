import { routeNames } from '../../../src/schemas/access.js';
import { isCached, rateClassOf } from '../../../src/schemas/rate-class.js';

describe('kinds of requests', () => {
  it.each([
    ['GET /products', 'read'],
    ['GET /events', 'read'],
    ['GET /jobs', 'read'],
    ['POST /auth/login', 'login'],
    ['POST /auth/register', 'login'],
    ['POST /products/:id/purchase', 'purchase'],
    ['POST /products/:id/reservations', 'purchase'],
    ['DELETE /reservations/:id', 'purchase'],
    ['POST /orders', 'purchase'],
    ['POST /orders/:id/cancel', 'purchase'],
    ['POST /products', 'write'],
    ['POST /stock/batch', 'write'],
    ['POST /reports', 'write'],
  ] as const)('when it is %s, then it counts as %s', (route, kind) => {
    expect(rateClassOf(route)).toBe(kind);
  });

  it('when a route is cached, then it is a GET', () => {
    const cached = routeNames.filter(isCached);
    expect(cached).toHaveLength(4);
    expect(cached.filter((route) => !route.startsWith('GET '))).toEqual([]);
  });
});
