import { createSign, generateKeyPairSync } from 'node:crypto';
import { settings } from '../../helpers/shop.js';
import { api, harmless, refused, type Row } from './row.js';
import { http, type Wire } from './wire.js';
import { forged, hmac, metricsToken, password, strangeId, takenEmail, type Forgery, type World } from './world.js';

const now = (): number => Math.floor(Date.now() / 1000);

/** A call that every good token may make, whether or not somebody has an account for it. */
const ask = (token: string): Wire => api('GET', '/orders', { token });
const badToken = (name: string, forgery: () => Forgery, code = 'UNAUTHENTICATED'): Row =>
  refused(name, 401, code, () => ask(forged(forgery())), {
    also: ({ headers }) => expect(headers.get('www-authenticate')).toEqual(['Bearer']),
  });

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const rs256 = (text: string): Buffer => createSign('sha256').update(text).sign(rsa.privateKey);
const hour = 3600;

const [head = '', claims = '', signature = ''] = forged({}).split('.');
const altered = Buffer.from(claims, 'base64url').toString().replace('"admin"', '"manager"');

export const tokens: readonly Row[] = [
  harmless('a good one, of which the next are changes', 200, () => ask(forged({}))),
  badToken('alg none', () => ({ header: { alg: 'none' }, sign: () => Buffer.alloc(0) })),
  badToken('alg None, signed all the same', () => ({ header: { alg: 'None' } })),
  badToken('RS256 by a key of the caller', () => ({ header: { alg: 'RS256' }, sign: rs256 })),
  badToken('HS256 with a public key for its secret', () => ({ sign: hmac('sha256', rsa.publicKey) })),
  badToken('the caller’s key in its own head', () => ({
    header: { alg: 'RS256', jwk: { kty: 'RSA' }, jku: 'https://evil.example/keys', kid: '../../../dev/null' },
    sign: rs256,
  })),
  badToken('HS512 with the right secret', () => ({
    header: { alg: 'HS512' },
    sign: hmac('sha512', settings.JWT_SECRET),
  })),
  badToken('another secret', () => ({ sign: hmac('sha256', 'another secret, which is as long as the right one') })),
  badToken('an empty secret', () => ({ sign: hmac('sha256', '') })),
  badToken('expired', () => ({ claims: { iat: now() - 2 * hour, exp: now() - hour } }), 'TOKEN_EXPIRED'),
  badToken('without an end', () => ({ claims: { exp: undefined } })),
  badToken('an end that is text', () => ({ claims: { exp: '9999999999' } })),
  badToken('not good yet', () => ({ claims: { nbf: now() + hour } })),
  badToken('another issuer', () => ({ claims: { iss: 'evil' } })),
  badToken('no issuer', () => ({ claims: { iss: undefined } })),
  badToken('another audience', () => ({ claims: { aud: 'stockroom-mail' } })),
  badToken('a role that there is not', () => ({ claims: { role: 'root' } })),
  badToken('a list of roles', () => ({ claims: { role: ['admin'] } })),
  badToken('an operator for its subject', () => ({ claims: { sub: { $ne: null } } })),
  badToken('a subject that is no id', () => ({ claims: { sub: 'admin' } })),
  badToken('no id', () => ({ claims: { jti: undefined } })),
  refused('claims that were changed', 401, 'UNAUTHENTICATED', () =>
    ask(`${head}.${Buffer.from(altered).toString('base64url')}.${signature}`),
  ),
  refused('without its signature', 401, 'UNAUTHENTICATED', () => ask(`${head}.${claims}.`)),
  refused('two kilobytes', 401, 'UNAUTHENTICATED', () => ask('x'.repeat(2_048))),
  refused('another scheme', 401, 'UNAUTHENTICATED', ({ user }) =>
    api('GET', '/orders', { headers: { Authorization: `Basic ${user}` } }),
  ),
  refused('two at once', 401, 'UNAUTHENTICATED', ({ user }) =>
    api('GET', '/orders', { headers: { Authorization: `Bearer ${user}, Bearer ${user}` } }),
  ),
  refused('none but many blanks', 401, 'UNAUTHENTICATED', () =>
    api('GET', '/orders', { headers: { Authorization: `Bearer ${' '.repeat(12_000)}x` } }),
  ),
  refused('in a cookie', 401, 'UNAUTHENTICATED', ({ admin }) =>
    api('GET', '/orders', { headers: { Cookie: `token=${admin}; accessToken=${admin}` } }),
  ),
  refused('in the query', 401, 'UNAUTHENTICATED', ({ admin }) => api('GET', `/orders?access_token=${admin}`)),
  refused('a bad one where none is needed', 401, 'UNAUTHENTICATED', ({ productId }) =>
    api('GET', `/products/${productId}`, { token: 'x.y.z' }),
  ),
];

type Who = 'nobody' | 'user' | 'manager';

/** A call that is for somebody else, with a body that would be good. */
const forbidden = (who: Who, method: string, at: (world: World) => string, json?: object): Row =>
  refused(
    `${who}: ${method} ${at({ productId: ':id', reservationId: ':id', orderId: ':id', disabled: { id: ':id' } } as World)}`,
    who === 'nobody' ? 401 : 403,
    who === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN',
    (world) => api(method, at(world), { token: who === 'nobody' ? undefined : world[who], json }),
  );

const chair = { name: 'Chair', price: 1, stock: 1 };
const change = { delta: 100, reason: 'found' };

/** What was good until somebody was switched off, or a session ended. */
export const pastTokens: readonly Row[] = [
  refused('of somebody who is switched off', 401, 'UNAUTHENTICATED', ({ disabled }) => ask(disabled.accessToken)),
  refused('of somebody who is switched off, for a purchase', 401, 'UNAUTHENTICATED', ({ disabled, productId }) =>
    api('POST', `/products/${productId}/purchase`, { token: disabled.accessToken }),
  ),
  refused('of somebody who is switched off, where none is needed', 401, 'UNAUTHENTICATED', ({ disabled, productId }) =>
    api('GET', `/products/${productId}`, { token: disabled.accessToken }),
  ),
  refused('of a session that has ended', 401, 'UNAUTHENTICATED', ({ ended }) => ask(ended.accessToken)),
];

const refreshed = (name: string, tokenOf: (world: World) => string): Row =>
  refused(name, 401, 'UNAUTHENTICATED', (world) =>
    api('POST', '/auth/refresh', { json: { refreshToken: tokenOf(world) } }),
  );

export const refreshTokens: readonly Row[] = [
  refreshed('one that was used before', ({ usedRefreshToken }) => usedRefreshToken),
  refreshed('the last one of a session that has ended', ({ ended }) => ended.refreshToken),
  refreshed('one of somebody who is switched off', ({ disabled }) => disabled.refreshToken),
  refreshed('one that was made up', ({ ended }) => ended.refreshToken.replaceAll(/[a-z]/g, 'x')),
  refreshed('an access token', ({ user }) => user.slice(0, 256)),
  refreshed('a word', () => 'x'),
  refused('an operator', 400, 'VALIDATION_FAILED', () =>
    api('POST', '/auth/refresh', { json: { refreshToken: { $ne: '' } } }),
  ),
  refused('10 kB', 400, 'VALIDATION_FAILED', () =>
    api('POST', '/auth/refresh', { json: { refreshToken: 'x'.repeat(10_000) } }),
  ),
  refused('none, to sign out', 401, 'UNAUTHENTICATED', () => api('POST', '/auth/logout')),
];

export const roleRows: readonly Row[] = [
  forbidden('nobody', 'POST', () => '/products', chair),
  forbidden('nobody', 'POST', ({ productId }) => `/products/${productId}/purchase`, {}),
  forbidden('nobody', 'POST', ({ productId }) => `/orders?product=${productId}`, {}),
  forbidden('nobody', 'DELETE', ({ reservationId }) => `/reservations/${reservationId}`),
  forbidden('nobody', 'GET', () => '/jobs'),
  forbidden('user', 'POST', () => '/products', chair),
  forbidden('user', 'PATCH', ({ productId }) => `/products/${productId}`, { price: 0 }),
  forbidden('user', 'DELETE', ({ productId }) => `/products/${productId}`),
  forbidden('user', 'POST', ({ productId }) => `/products/${productId}/stock`, change),
  forbidden('user', 'POST', () => '/stock/batch', { changes: [] }),
  forbidden('user', 'GET', ({ productId }) => `/products/${productId}/movements`),
  forbidden('user', 'GET', ({ productId }) => `/products/${productId}/audit`),
  forbidden('user', 'POST', () => '/reports', { type: 'stock' }),
  forbidden('user', 'PATCH', ({ disabled }) => `/users/${disabled.id}`, { role: 'admin', disabled: false }),
  forbidden('manager', 'GET', () => '/users'),
  forbidden('manager', 'GET', () => '/audit-log'),
  forbidden('manager', 'DELETE', ({ productId }) => `/products/${productId}`),
  forbidden('manager', 'GET', () => '/jobs'),
  forbidden('manager', 'POST', ({ productId }) => `/jobs/${productId}/retry`),
];

const notYours = (method: string, at: (world: World) => string, json?: object): Row =>
  refused(
    `${method} ${at({ purchaseId: 'of somebody', reservationId: 'of somebody', orderId: 'of somebody' } as World)}`,
    404,
    'NOT_FOUND',
    (world) => api(method, at(world), { token: world.user, json }),
  );

export const othersThings: readonly Row[] = [
  notYours('GET', ({ orderId }) => `/orders/${orderId}`),
  notYours('POST', ({ orderId }) => `/orders/${orderId}/cancel`),
  notYours('GET', ({ purchaseId }) => `/purchases/${purchaseId}`),
  notYours('GET', ({ reservationId }) => `/reservations/${reservationId}`),
  notYours('PATCH', ({ reservationId }) => `/reservations/${reservationId}`, { ttlSeconds: 1 }),
  notYours('POST', ({ reservationId }) => `/reservations/${reservationId}/confirm`),
  notYours('DELETE', ({ reservationId }) => `/reservations/${reservationId}`),
  ...['/orders', '/purchases'].map((path) =>
    harmless(`the list ${path}, which has nothing of others`, 200, ({ user }) => api('GET', path, { token: user }), {
      also: ({ body }) => expect((JSON.parse(body) as { data: unknown }).data).toEqual([]),
    }),
  ),
  refused('the list of orders of a buyer who is named', 400, 'VALIDATION_FAILED', ({ user, owner }) =>
    api('GET', `/orders?buyerId=${owner.id}`, { token: user }),
  ),
];

const signIn = (email: string, given: string): Row =>
  refused(
    `${email} with ${given === password ? 'the right password, switched off' : given}`,
    401,
    'INVALID_CREDENTIALS',
    () => api('POST', '/auth/login', { json: { email, password: given } }),
  );

export const signIns: readonly Row[] = [
  signIn(takenEmail, 'a wrong password'),
  signIn('nobody@stockroom.test', 'a wrong password'),
  signIn('mallory@stockroom.test', password),
  refused('an address that is taken', 409, 'DUPLICATE_EMAIL', () =>
    api('POST', '/auth/register', {
      json: { email: takenEmail.toUpperCase(), password: 'long enough', name: 'Eve' },
    }),
  ),
];

const metrics = (name: string, headers: Readonly<Record<string, string>>, path = '/metrics'): Row =>
  refused(name, 401, 'UNAUTHENTICATED', () => http({ path, headers }));

export const metricsRows: readonly Row[] = [
  metrics('no token', {}),
  metrics('another token', { Authorization: 'Bearer another-token' }),
  metrics('half of the token', { Authorization: `Bearer ${metricsToken.slice(0, 9)}` }),
  metrics('the token in another scheme', { Authorization: `Basic ${metricsToken}` }),
  metrics('the token in the query', {}, `/metrics?token=${metricsToken}`),
  refused('the token of an admin', 401, 'UNAUTHENTICATED', ({ admin }) => http({ path: '/metrics', token: admin })),
  harmless('the token', 200, () => http({ path: '/metrics', token: metricsToken })),
];

const key = (value: string): Row =>
  refused(
    `the key ${JSON.stringify(value.slice(0, 20))}`,
    400,
    'VALIDATION_FAILED',
    ({ productId, user }) =>
      api('POST', `/products/${productId}/purchase`, { token: user, json: {}, headers: { 'Idempotency-Key': value } }),
    { fields: ['Idempotency-Key'] },
  );

export const idempotency: readonly Row[] = [
  ...['', 'k'.repeat(129), 'a b', 'a\tb', 'caf\u00e9', 'a, b'].map(key),
  refused('the key of another body', 422, 'IDEMPOTENCY_KEY_REUSED', ({ soldOutId, owner }) =>
    api('POST', `/products/${soldOutId}/purchase`, {
      ...{ token: owner.token, json: { quantity: 2 }, headers: { 'Idempotency-Key': 'first' } },
    }),
  ),
  refused('the key of another product', 422, 'IDEMPOTENCY_KEY_REUSED', ({ productId, owner }) =>
    api('POST', `/products/${productId}/purchase`, {
      ...{ token: owner.token, json: {}, headers: { 'Idempotency-Key': 'first' } },
    }),
  ),
  refused('the key of another caller, whose answer stays his', 409, 'INSUFFICIENT_STOCK', ({ soldOutId, user }) =>
    api('POST', `/products/${soldOutId}/purchase`, {
      ...{ token: user, json: {}, headers: { 'Idempotency-Key': 'first' } },
    }),
  ),
  harmless(
    'the same again',
    201,
    ({ soldOutId, owner }) =>
      api('POST', `/products/${soldOutId}/purchase`, {
        ...{ token: owner.token, headers: { 'Idempotency-Key': 'first' } },
      }),
    {
      also: ({ headers, body }, { purchaseId }) => {
        expect(headers.get('idempotent-replayed')).toEqual(['true']);
        expect((JSON.parse(body) as { data: { id: string } }).data.id).toBe(purchaseId);
      },
    },
  ),
];

const edit = (ifMatch: string, status: number, code: string): Row =>
  refused(`If-Match: ${ifMatch}`, status, code, ({ productId, manager }) =>
    api('PATCH', `/products/${productId}`, { token: manager, json: { price: 1 }, headers: { 'If-Match': ifMatch } }),
  );

export const preconditions: readonly Row[] = [
  edit('"0.0"', 412, 'VERSION_MISMATCH'),
  edit('"999.1"', 412, 'VERSION_MISMATCH'),
  edit('"another"', 412, 'VERSION_MISMATCH'),
  edit('1.0', 400, 'VALIDATION_FAILED'),
  edit('"1.0', 400, 'VALIDATION_FAILED'),
  refused('a removal of what has changed', 412, 'VERSION_MISMATCH', ({ productId, admin }) =>
    api('DELETE', `/products/${productId}`, { token: admin, headers: { 'If-Match': '"0.0"' } }),
  ),
  refused('an edit of nothing', 404, 'NOT_FOUND', ({ manager }) =>
    api('PATCH', `/products/${strangeId}`, { token: manager, json: { price: 1 } }),
  ),
];
