import type { Role } from '../utils/caller.js';

/**
 * Who may make a call:
 * - `anyone`: nobody has to sign in, and a token is not looked at;
 * - `anyone, token checked`: the same, but a token that is sent has to be good;
 * - `signed in`: whoever has a good token;
 * - `trial`: the same; in production admins alone;
 * - `own`: whoever has a good token, for what is their own; managers and admins for everybody's. Whose it is, is for the service to say;
 * - roles: those, and nobody else. No role contains another.
 */
export type Access = 'anyone' | 'anyone, token checked' | 'signed in' | 'trial' | 'own' | readonly [Role, ...Role[]];

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const managers = ['manager', 'admin'] as const;
const admins = ['admin'] as const;

/**
 * Every route of the API below its base path, and who may call it. Routes take their path and their guard from here, so what
 * is not in this table is not served. README shows it (`npm run docs:access`).
 */
export const accessTable = {
  'POST /auth/register': 'anyone',
  'POST /auth/login': 'anyone',
  'POST /auth/refresh': 'anyone',
  'POST /auth/logout': 'anyone',
  'GET /auth/me': 'signed in',

  'GET /products': 'anyone',
  'GET /products/top': 'anyone',
  'GET /products/:id': 'anyone, token checked',
  'GET /events': 'anyone',
  'POST /products': managers,
  'PATCH /products/:id': managers,
  'DELETE /products/:id': admins,

  'POST /products/:id/purchase': 'signed in',
  'GET /purchases': 'own',
  'GET /purchases/:id': 'own',
  'POST /products/:id/reservations': 'signed in',
  'GET /reservations/:id': 'own',
  'PATCH /reservations/:id': 'own',
  'DELETE /reservations/:id': 'own',
  'POST /reservations/:id/confirm': 'own',

  'POST /products/:id/stock': managers,
  'POST /stock/batch': managers,
  'GET /products/:id/movements': managers,
  'GET /products/:id/audit': managers,
  'POST /reports': managers,
  'GET /reports': managers,
  'GET /reports/:id': managers,
  'GET /reports/:id/file': managers,

  'POST /orders': 'signed in',
  'GET /orders': 'own',
  'GET /orders/product/:productId': 'own',
  'GET /orders/:id': 'own',
  'POST /orders/:id/cancel': 'own',

  'GET /figures': managers,
  'POST /drops': 'trial',

  'GET /jobs': admins,
  'POST /jobs/:id/retry': admins,
  'GET /users': admins,
  'GET /users/:id': admins,
  'PATCH /users/:id': admins,
  'GET /audit-log': admins,
} as const satisfies Record<`${Method} /${string}`, Access>;

/** A route of the API, as `POST /products/:id/purchase`. */
export type RouteName = keyof typeof accessTable;

export const routeNames = Object.keys(accessTable) as RouteName[];

/** Who may make this call. */
export const accessOf = (route: RouteName): Access => accessTable[route];

/** Its method in lower case, as Express names it, and its path below the base path. */
export const partsOf = (route: RouteName): { method: Lowercase<Method>; path: string } => {
  const [method = '', path = ''] = route.split(' ');
  return { method: method.toLowerCase() as Lowercase<Method>, path };
};
