import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

/** What a browser lets an answer of the API do: nothing. */
const nothing = "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'";
const manager = person('manager');
const reportMs = 60_000;

interface Kind {
  name: string;
  path: string | (() => Promise<string>);
  init?: RequestInit;
  status?: number;
  cacheControl: string | null;
  /** Of a page, which may do more than nothing. */
  page?: true;
}

describeMongo('security headers', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  beforeAll(async () => {
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());
  const authorization = `Bearer ${manager.token}`;
  const signedIn = { headers: { authorization } };

  /** Where the file of a report can be had, once it is made. */
  const reportFile = async (format: string): Promise<string> => {
    const { token } = manager;
    const asked = await shop.client.api('POST', '/reports', { token, body: { type: 'stock' } });
    const path = String(asked.headers.location);
    const isDone = async () =>
      ((await shop.client.send('GET', path, { token })).data as { status: string }).status === 'done';
    await waitFor(isDone, { what: 'a report', deadlineMs: reportMs });
    return `${path}/file?format=${format}`;
  };

  const kinds: readonly Kind[] = [
    { name: 'a list for everybody', path: '/api/v1/products', cacheControl: 'no-cache' },
    { name: 'a list of one’s own', path: '/api/v1/orders', init: signedIn, cacheControl: 'no-store' },
    { name: 'a refusal', path: '/api/v1/orders', status: 401, cacheControl: 'no-store' },
    { name: 'nothing at all', path: '/nope', status: 404, cacheControl: 'no-store' },
    {
      name: 'an answer to OPTIONS',
      path: '/api/v1/orders',
      init: { method: 'OPTIONS' },
      status: 204,
      cacheControl: null,
    },
    { name: 'a head', path: '/api/v1/products', init: { method: 'HEAD' }, cacheControl: 'no-cache' },
    { name: 'the state of the process', path: '/readyz', cacheControl: 'no-store' },
    { name: 'its metrics', path: '/metrics', cacheControl: 'no-store' },
    { name: 'the stream of events', path: '/api/v1/events', cacheControl: 'no-store, no-transform' },
    { name: 'the document of the API', path: '/openapi.json', cacheControl: 'no-cache' },
    { name: 'a report as a table', path: () => reportFile('csv'), init: signedIn, cacheControl: 'private, no-cache' },
    {
      name: 'a report as a page',
      path: () => reportFile('html'),
      init: signedIn,
      cacheControl: 'private, no-cache',
      page: true,
    },
    { name: 'the page of the API', path: '/docs/', cacheControl: 'no-cache', page: true },
  ];

  it.each(kinds)('when it is $name, then a browser may do no more with it than it is for', async (kind) => {
    const path = typeof kind.path === 'string' ? kind.path : await kind.path();
    const leave = new AbortController();
    const { status, headers } = await fetch(`${shop.url}${path}`, { ...kind.init, signal: leave.signal });
    leave.abort();

    expect({ status, cacheControl: headers.get('cache-control') }).toEqual({
      status: kind.status ?? 200,
      cacheControl: kind.cacheControl,
    });
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    for (const name of ['x-powered-by', 'server', 'strict-transport-security']) expect(headers.has(name)).toBe(false);
    const policy = headers.get('content-security-policy') ?? '';
    if (kind.page === undefined) {
      expect(policy).toBe(nothing);
      return;
    }
    expect(policy).toMatch(/default-src 'none'.*base-uri 'none'.*form-action 'none'.*frame-ancestors 'none'/);
    // Neither scripts that stand in a page nor anything from elsewhere.
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
  });
});
