import { newId } from '../../src/utils/uuid.js';
import { sendRaw } from '../helpers/http-app.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop, type Person } from '../helpers/shop.js';

const origin = 'https://shop.example';

describeMongo('what browsers and CDNs may keep', () => {
  const database = freshDatabase();
  const user = person();
  const manager = person('manager');
  const admin = person('admin');
  let shop: LocalShop;
  let id: string;

  beforeAll(async () => {
    shop = await startShop(database.uri, { env: { CORS_ORIGINS: origin } });
    ({ id } = await shop.stocked(100));
    await shop.client.buy(id, { token: user.token });
  });
  afterAll(() => shop.close());

  const path = (pattern: string) => pattern.replace(':id', id).replace(':nobody', newId());
  const send = (method: string, pattern: string, caller?: Person, body?: unknown, headers = {}) =>
    shop.client.send(method, path(pattern), { token: caller?.token, body, headers: { origin, ...headers } });

  const open = [
    '/api/v1/products',
    '/api/v1/products?limit=5&tag=x',
    '/api/v1/products?sort=stock',
    '/api/v1/products/top',
  ];
  const one = ['/api/v1/products/:id'];

  describe.each([...open, ...one])('GET %s, which all may see', (pattern) => {
    it('when it is answered, then it may be kept, and is asked for again each time, by origin', async () => {
      const { status, headers } = await send('GET', pattern);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-cache');
      expect(headers.etag).toMatch(/^"[^"]+"$/);
      expect(headers.vary).toBe('Origin');
      expect(headers['x-cache']).toMatch(/^(HIT|MISS|BYPASS)$/);
    });

    it('when nothing has changed since, then 304 with the same headers and no body', async () => {
      const first = await send('GET', pattern);
      const again = await send('GET', pattern, undefined, undefined, { 'if-none-match': first.headers.etag });
      expect(again.status).toBe(304);
      expect(again.text).toBe('');
      const same = ['etag', 'cache-control', 'vary', 'access-control-allow-origin'];
      for (const name of same) expect([name, again.headers[name]]).toEqual([name, first.headers[name]]);
      expect(again.headers['x-cache']).toBeDefined();
    });

    it('when something has changed since, then it is answered anew under another tag', async () => {
      const first = await send('GET', pattern);
      await shop.stocked(100, { tags: ['x'] });
      await shop.client.buy(id, { token: user.token });
      const again = await send('GET', pattern, undefined, undefined, { 'if-none-match': first.headers.etag });
      expect(again.status).toBe(200);
      expect(again.headers.etag).not.toBe(first.headers.etag);
    });

    it('when the caller names no origin, then the answer says all the same that it varies by it', async () => {
      const { headers } = await shop.client.send('GET', path(pattern));
      expect(headers.vary).toBe('Origin');
    });

    it('when only the head is asked for, then it is that of GET', async () => {
      await send('GET', pattern);
      const [get, head] = [await send('GET', pattern), await send('HEAD', pattern)];
      expect(head.status).toBe(200);
      expect(head.text).toBe('');
      for (const name of ['etag', 'cache-control', 'vary', 'content-length', 'content-type', 'x-cache']) {
        expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
      }
    });
  });

  it.each<[string, string, number, Person | undefined, unknown]>([
    ['GET', '/api/v1/auth/me', 401, user, undefined],
    ['GET', '/api/v1/purchases', 200, user, undefined],
    ['GET', '/api/v1/products/:id/movements', 200, manager, undefined],
    ['GET', '/api/v1/products/:id/audit', 200, manager, undefined],
    ['GET', '/api/v1/products/:nobody', 404, undefined, undefined],
    ['GET', '/api/v1/products/x', 400, undefined, undefined],
    ['GET', '/api/v1/products?limit=0', 400, undefined, undefined],
    ['GET', '/api/v1/purchases', 401, undefined, undefined],
    ['GET', '/api/v1/products/:id/audit', 403, user, undefined],
    ['GET', '/api/v1/nowhere', 404, undefined, undefined],
    ['PUT', '/api/v1/products', 405, undefined, undefined],
    ['GET', '/healthz', 200, undefined, undefined],
    ['GET', '/readyz', 200, undefined, undefined],
    ['GET', '/metrics', 200, undefined, undefined],
    ['POST', '/api/v1/products/:id/purchase', 201, user, { quantity: 1 }],
    ['POST', '/api/v1/products/:id/purchase', 409, user, { quantity: 1_000 }],
    ['POST', '/api/v1/products/:id/stock', 200, manager, { delta: 1, reason: 'delivery' }],
    ['PATCH', '/api/v1/products/:id', 200, manager, { price: 7 }],
    ['DELETE', '/api/v1/products/:nobody', 404, admin, undefined],
  ])('when %s %s is answered with %i, then nobody keeps it', async (method, pattern, status, caller, body) => {
    const answer = await shop.client
      .send(method, path(pattern), { token: caller?.token, body, headers: { origin } })
      .catch((error: unknown) => {
        // What is no JSON, such as the figures, is asked for in another way.
        if (!(error instanceof SyntaxError)) throw error;
        return fetch(shop.url + path(pattern), { headers: { origin } }).then((found) => ({
          status: found.status,
          headers: Object.fromEntries(found.headers),
        }));
      });
    expect(answer.status).toBe(status);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers.vary).toBe('Origin');
  });

  it('when a product is deleted, then nobody keeps the empty answer', async () => {
    const gone = await shop.stocked(1);
    const answer = await shop.client.api('DELETE', `/products/${gone.id}`, { token: admin.token });
    expect([answer.status, answer.headers['cache-control']]).toEqual([204, 'no-store']);
  });

  it('when what comes is no request, then nobody keeps the refusal', async () => {
    const answer = await sendRaw(Number(new URL(shop.url).port), 'NONSENSE\r\n\r\n');
    expect(answer).toContain('Cache-Control: no-store\r\n');
  });
});
