import type { RouteName } from './access.js';

/**
 * What the requests of a caller are counted as, each kind by itself:
 * - `read`: looks at what lies ready or is found by an index;
 * - `uncached`: a read that could have been answered from the cache and asks not to be;
 * - `write`: changes something;
 * - `purchase`: moves stock for a buyer;
 * - `login`: makes or renews a session, or an account.
 */
export const rateClasses = ['read', 'uncached', 'write', 'purchase', 'login'] as const;
export type RateClass = (typeof rateClasses)[number];

const ofBuyers = new Set<RouteName>([
  'POST /products/:id/purchase',
  'POST /products/:id/reservations',
  'PATCH /reservations/:id',
  'DELETE /reservations/:id',
  'POST /reservations/:id/confirm',
  'POST /orders',
  'POST /orders/:id/cancel',
]);

const cached = new Set<RouteName>([
  'GET /products',
  'GET /products/top',
  'GET /products/:id',
  'GET /orders/product/:productId',
]);

/** What a route's requests are counted as, those past the cache aside. */
export const rateClassOf = (route: RouteName): RateClass => {
  if (route.startsWith('GET ')) return 'read';
  if (route.startsWith('POST /auth/')) return 'login';
  return ofBuyers.has(route) ? 'purchase' : 'write';
};

/** Whether a route answers from the cache, unless it is asked not to. */
export const isCached = (route: RouteName): boolean => cached.has(route);
