import { api, harmless, refused, type Row } from './row.js';
import { http, type Heard, type Wire } from './wire.js';
import { origin, strangeId } from './world.js';

const id = (text: string): Row =>
  refused(`/products/${text.slice(0, 40)}`, 400, 'INVALID_ID', () => api('GET', `/products/${text}`));

export const ids: readonly Row[] = [
  ...[
    '1',
    'null',
    '%00',
    '%FF',
    '%E0%A4%A',
    '$ne',
    '..%2f..%2fetc%2fpasswd',
    '-1',
    `${strangeId}x`,
    'x'.repeat(300),
  ].map(id),
  ...['%7B%22$gt%22:%22%22%7D', `${strangeId}%00`, `%20${strangeId}`, '%D9%A3'].map(id),
  refused('of nothing', 404, 'NOT_FOUND', () => api('GET', `/products/${strangeId.toUpperCase()}`)),
  refused('of nothing, for a purchase', 404, 'NOT_FOUND', ({ user }) =>
    api('POST', `/products/${strangeId}/purchase`, { token: user }),
  ),
  refused('that is none, in a body', 400, 'VALIDATION_FAILED', ({ user }) =>
    api('POST', '/orders', { token: user, json: { productId: '../x', quantity: 1 } }),
  ),
];

const nowhere = (path: string): Row => refused(path, 404, 'ROUTE_NOT_FOUND', () => http({ path }));

export const paths: readonly Row[] = [
  ...[
    '/nope',
    '/api/v2/products',
    '/api/v1',
    '/.env',
    '/.git/config',
    '/package.json',
    '/node_modules/express/package.json',
  ].map(nowhere),
  ...[
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//evil.example/%2e%2e',
    '/api/v1/products/../../metrics/..',
  ].map(nowhere),
  ...['/docs/package.json', '/docs/..%2fpackage.json', '/docs/swagger-initializer.js', '/docs/absolute-path.js'].map(
    nowhere,
  ),
  refused('an address in place of a path', 404, 'ROUTE_NOT_FOUND', () => http({ path: 'http://evil.example/admin' })),
];

const rejected = (name: string, bytes: string, status = 400, code = 'VALIDATION_FAILED'): Row =>
  refused(name, status, code, () => ({ bytes, hangsUp: true }), {
    also: ({ all, headers }) => {
      expect(all.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect(headers.get('connection')).toEqual(['close']);
    },
  });

const head = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const smuggled = 'GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\n\r\n';

export const large: readonly Row[] = [
  rejected('a URL of 20 kB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'),
  rejected(
    'a header of 20 kB',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ),
  rejected(
    '20 kB in many headers',
    `GET / HTTP/1.1\r\nHost: a\r\n${'X-Header: value\r\n'.repeat(2_000)}\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ),
  rejected(
    'a token of 20 kB',
    `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ),
  rejected(
    '20 kB beside the size of a chunk',
    `${head}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\n`,
    413,
    'BODY_TOO_LARGE',
  ),
  refused('a URL of 15 kB', 404, 'ROUTE_NOT_FOUND', () => http({ path: `/${'x'.repeat(15_000)}` })),
  ...['If-None-Match', 'Cache-Control', 'Accept-Encoding', 'X-Forwarded-For', 'User-Agent'].map((name) =>
    harmless(`12 kB in ${name} that a slow pattern would choke on`, 200, ({ productId }) =>
      api('GET', `/products/${productId}`, { headers: { [name]: `${'"a" ,\t'.repeat(2_000)}!` } }),
    ),
  ),
];

export const smuggling: readonly Row[] = [
  rejected('two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ${smuggled}`),
  rejected('the same length twice', `${head}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}${smuggled}`),
  rejected('a length and chunks', `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`),
  rejected('chunks and a length', `${head}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n${smuggled}`),
  rejected(
    'another encoding behind the chunks',
    `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
  ),
  rejected('a name with a blank before its colon', `${head}Content-Length : 2\r\n\r\n{}${smuggled}`),
  ...['-1', '+2', '0x2', '2, 2', '1e1'].map((length) =>
    rejected(`the length ${length}`, `${head}Content-Length: ${length}\r\n\r\n{}`),
  ),
  rejected('a chunk without a size', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
];

export const notHttp: readonly Row[] = [
  rejected('garbage', '\0\x01\x02garbage\r\n\r\n'),
  rejected('half a request line', 'GET\r\n\r\n'),
  rejected('a method that there is not', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n'),
  rejected('another version', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n'),
  rejected('the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  rejected('the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  rejected('a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n'),
  rejected('a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'),
  rejected('a NUL in a URL', 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('no Host', 400, 'VALIDATION_FAILED', () => http({ path: '/healthz', headers: { Host: null } }), {
    fields: ['Host'],
  }),
  rejected('CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', 405, 'METHOD_NOT_ALLOWED'),
  refused('an expectation that nobody knows', 404, 'ROUTE_NOT_FOUND', () =>
    http({ path: '/nope', headers: { Expect: 'a-miracle' } }),
  ),
  refused('an upgrade that nobody offers', 404, 'ROUTE_NOT_FOUND', () =>
    http({ path: '/nope', headers: { Connection: 'Upgrade', Upgrade: 'websocket' } }),
  ),
];

const late = (name: string, bytes: string, drip: string): Row =>
  refused(name, 408, 'REQUEST_TIMEOUT', () => ({ bytes, drip, impatient: true, hangsUp: true }));

export const slow: readonly Row[] = [
  late('a head that drips', 'GET /api/v1/products HTTP/1.1\r\nHost: a\r\nX: ', 'x'),
  late('a head that stops', 'GET /api/v1/products HTTP/1.1\r\nHost: a\r\n', ''),
  late('a body that drips', `${head}Content-Length: 10000\r\n\r\n{"email":"`, 'x'),
  late('a body that stops', `${head}Content-Length: 10\r\n\r\n{`, ''),
  late('chunks that drip', `${head}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
];

const wrongMethod = (method: string, path: string, allow: string): Row =>
  refused(`${method} ${path}`, 405, 'METHOD_NOT_ALLOWED', ({ admin }) => api(method, path, { token: admin }), {
    also: ({ headers }) => expect(headers.get('allow')).toEqual([allow]),
  });

export const methods: readonly Row[] = [
  wrongMethod('PUT', `/products/${strangeId}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'),
  wrongMethod('DELETE', '/products', 'GET, HEAD, POST, OPTIONS'),
  wrongMethod('GET', '/auth/login', 'POST, OPTIONS'),
  wrongMethod('PATCH', `/orders/${strangeId}`, 'GET, HEAD, OPTIONS'),
  wrongMethod('TRACE', '/products', 'GET, HEAD, POST, OPTIONS'),
  wrongMethod('PROPFIND', '/products', 'GET, HEAD, POST, OPTIONS'),
  refused('another method in a header', 405, 'METHOD_NOT_ALLOWED', ({ admin, productId }) =>
    api('POST', `/products/${productId}`, { token: admin, headers: { 'X-HTTP-Method-Override': 'DELETE' } }),
  ),
];

const unread = ({ headers }: Heard): void => {
  expect(headers.get('access-control-allow-origin')).toBeUndefined();
  expect(headers.get('access-control-allow-credentials')).toBeUndefined();
  expect(headers.get('vary')?.join()).toContain('Origin');
};
const from = (name: string): Row =>
  harmless(`a read for ${name}`, 200, () => api('GET', '/products', { headers: { Origin: name } }), { also: unread });
const preflight = (given: string): Wire =>
  api('OPTIONS', '/products', {
    headers: {
      Origin: given,
      'Access-Control-Request-Method': 'DELETE',
      'Access-Control-Request-Headers': 'authorization',
    },
  });

export const origins: readonly Row[] = [
  ...['https://evil.example', 'null', `${origin}.evil.example`, `${origin}:8443`].map(from),
  ...[origin.replace('https', 'http'), origin.toUpperCase(), `${origin}/`].map(from),
  harmless('a preflight for another origin', 204, () => preflight('https://evil.example'), { also: unread }),
  harmless('a preflight for a listed one, without credentials', 204, () => preflight(origin), {
    also: ({ headers }) => {
      expect(headers.get('access-control-allow-origin')).toEqual([origin]);
      expect(headers.get('access-control-allow-credentials')).toBeUndefined();
    },
  }),
  refused('a form of another page', 415, 'UNSUPPORTED_MEDIA_TYPE', () =>
    api('POST', '/auth/login', { body: 'x=1', headers: { Origin: 'null', 'Content-Type': 'text/plain' } }),
  ),
];
