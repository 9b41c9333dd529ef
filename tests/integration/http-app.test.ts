import { gzipSync } from 'node:zlib';
import { Router } from 'express';
import request from 'supertest';
import { z } from 'zod';
import { reply } from '../../src/controllers/reply.js';
import { validate } from '../../src/middlewares/validate.js';
import { idParams, pageQuery } from '../../src/schemas/common.js';
import { AppError } from '../../src/utils/errors.js';
import { inputOf } from '../../src/utils/http-locals.js';
import { listeningApp, sendRaw } from '../helpers/http-app.js';

const id = '01920000-0000-7000-8000-000000000000';
const LIMIT = 100 * 1024;

const routes = (): Router => {
  const router = Router();
  router.get('/things', validate({ query: pageQuery }), (_req, res) => reply(res, 200, 'OK', inputOf(res)));
  router.get('/things/:id', validate({ params: idParams }), (_req, res) => reply(res, 200, 'OK', inputOf(res)));
  router.post('/things', (req, res) => reply(res, 201, 'Made', req.body ?? 'nothing', { n: 1 }, { Location: '/x' }));
  router.post('/strict', validate({ body: z.strictObject({ a: z.int() }) }), (_req, res) => reply(res, 200, 'OK', 1));
  router.get('/boom', () => Promise.reject(new Error('secret inside')));
  router.get('/refused', () => {
    throw new AppError('UNAUTHENTICATED');
  });
  router.get('/half', (_req, res) => {
    res.write('half of');
    throw new Error('the rest is missing');
  });
  router.get('/ip', (req, res) => reply(res, 200, 'OK', req.ip));
  router.get('/page', (_req, res) => {
    res.set('Content-Security-Policy', 'own').send('<p>');
  });
  return router;
};

interface Envelope {
  status_code: number;
  message: string;
  data?: unknown;
  error?: { code: string; details?: unknown; requestId: string };
}

describe('the app', () => {
  let app: Awaited<ReturnType<typeof listeningApp>>;
  beforeAll(async () => (app = await listeningApp([routes()])));
  afterAll(() => app.close());
  const api = () => request(app.server);
  const codeOf = (res: request.Response) => [res.status, (res.body as Envelope).error?.code];

  describe('every answer', () => {
    it('when a request is served, then the envelope, its length and its type are right', async () => {
      const res = await api().post('/api/v1/things').send({ name: 'ö' }).expect(201);
      expect(res.body).toEqual({ status_code: 201, message: 'Made', data: { name: 'ö' }, meta: { n: 1 } });
      expect(res.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(res.text)),
        location: '/x',
      });
      expect(res.headers['x-powered-by']).toBeUndefined();
      expect(res.headers['etag']).toBeUndefined();
    });

    it.each(['/api/v1/things', '/api/v1/none', '/api/v1/boom', '/api/v1/things/%FF'])(
      'when %s is asked for, then the security headers and a request id are there once',
      async (path) => {
        const res = await api().get(path);
        expect(res.headers).toMatchObject({
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'SAMEORIGIN',
          'cross-origin-resource-policy': 'same-origin',
          'referrer-policy': 'no-referrer',
          'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
          'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        });
        const names = (res as unknown as { res: { rawHeaders: string[] } }).res.rawHeaders.filter(
          (_, i) => i % 2 === 0,
        );
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
      },
    );

    it('when it is production, then browsers are bound to TLS; elsewhere, without TLS, they are not', async () => {
      const name = 'strict-transport-security';
      const production = await listeningApp([routes()], { production: true });
      const bound = await request(production.server).get('/api/v1/things');
      await production.close();
      expect(bound.headers[name]).toMatch(/^max-age=[1-9]\d{7,}/);
      expect((await api().get('/api/v1/things')).headers[name]).toBeUndefined();
    });

    it('when a page sets a policy of its own, then that one goes out', async () => {
      const res = await api().get('/api/v1/page').expect(200);
      expect(res.headers['content-security-policy']).toBe('own');
      expect(res.headers['x-frame-options']).toBe('SAMEORIGIN');
    });

    it.each(['abc', 'A.b_c~1-2', 'x'.repeat(128)])(
      'when the caller’s id %s is sane, then it is kept',
      async (given) => {
        const res = await api().get('/api/v1/none').set('X-Request-Id', given);
        expect(res.headers['x-request-id']).toBe(given);
        expect((res.body as Envelope).error?.requestId).toBe(given);
      },
    );

    it.each(['a b', 'x'.repeat(129), '<script>', 'a,b'])(
      'when the caller’s id %s is not, then it is replaced',
      async (given) => {
        const res = await api().get('/api/v1/none').set('X-Request-Id', given);
        expect(res.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      },
    );
  });

  describe('errors', () => {
    it('when a handler rejects, then 500 says nothing of its inside', async () => {
      const res = await api().get('/api/v1/boom');
      expect(codeOf(res)).toEqual([500, 'INTERNAL']);
      expect(res.text).not.toContain('secret');
      expect(app.entries.filter((entry) => entry.level === 'error')).not.toHaveLength(0);
    });

    it('when nobody has signed in, then 401 names the scheme', async () => {
      const res = await api().get('/api/v1/refused');
      expect([...codeOf(res), res.headers['www-authenticate']]).toEqual([401, 'UNAUTHENTICATED', 'Bearer']);
    });

    it('when the answer breaks in the middle, then the connection does too', async () => {
      await expect(api().get('/api/v1/half')).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);
    });

    it.each(['%FF', '%00', 'x', '%E0%A4%A', '$ne'])('when the id is %s, then 400 INVALID_ID', async (bad) => {
      expect(codeOf(await api().get(`/api/v1/things/${bad}`))).toEqual([400, 'INVALID_ID']);
    });

    it('when a query is wrong in two ways, then both are named', async () => {
      const res = await api().get('/api/v1/things?limit=0&nope=1');
      expect(codeOf(res)).toEqual([400, 'VALIDATION_FAILED']);
      expect((res.body as Envelope).error?.details).toEqual([
        { path: 'query.limit', message: expect.any(String) as string },
        { path: 'query.nope', message: 'unknown field' },
      ]);
    });

    it('when a parameter is repeated, then 400', async () => {
      expect(codeOf(await api().get('/api/v1/things?limit=1&limit=2'))).toEqual([400, 'VALIDATION_FAILED']);
    });
  });

  describe('routes', () => {
    it.each(['/nope', '/api/v1/nope', '/api/v2/things', '/'])('when there is no %s, then 404', async (path) => {
      expect(codeOf(await api().get(path))).toEqual([404, 'ROUTE_NOT_FOUND']);
    });

    it('when the method is another one, then 405 with Allow', async () => {
      const res = await api().delete('/api/v1/things');
      expect([...codeOf(res), res.headers['allow']]).toEqual([405, 'METHOD_NOT_ALLOWED', 'GET, HEAD, POST, OPTIONS']);
    });

    it('when HEAD asks where GET is served, then the head is the same and the body missing', async () => {
      const get = await api().get(`/api/v1/things/${id}`);
      const head = await api().head(`/api/v1/things/${id}`).expect(200);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
      expect(head.text).toBeUndefined();
    });

    it('when OPTIONS asks, then 204 with Allow, or 404', async () => {
      const res = await api().options('/api/v1/things').expect(204);
      expect(res.headers['allow']).toBe('GET, HEAD, POST, OPTIONS');
      expect(codeOf(await api().options('/api/v1/nope'))).toEqual([404, 'ROUTE_NOT_FOUND']);
    });

    it('when HTTP/1.1 names no host, then 400; HTTP/1.0 need not', async () => {
      const ask = (version: string) =>
        sendRaw(app.port, `GET /api/v1/things HTTP/${version}\r\nConnection: close\r\n\r\n`);
      const said = await ask('1.1');
      expect(said).toMatch(/^HTTP\/1.1 400 /);
      expect(said).toContain('"details":[{"path":"Host","message":"is missing"}]');
      expect(await ask('1.0')).toMatch(/^HTTP\/1.1 200 /);
    });

    it('when TRACE comes, then 405', async () => {
      expect(codeOf(await api().trace('/api/v1/things'))).toEqual([405, 'METHOD_NOT_ALLOWED']);
    });
  });

  describe('bodies', () => {
    const post = () => api().post('/api/v1/things').set('Content-Type', 'application/json');

    it.each([
      ['application/json', Buffer.from('{"a":"é"}')],
      ['application/json;charset=UTF-8', Buffer.from('{"a":"é"}')],
      ['application/json; charset="utf-8"', Buffer.from('\uFEFF{"a":"é"}')],
      ['application/json; charset=utf-16', Buffer.from('\uFEFF{"a":"é"}', 'utf16le')],
      ['application/merge-patch+json', Buffer.from('{"a":"é"}')],
    ])('when it comes as %s, then it is read', async (type, body) => {
      const res = await api()
        .post('/api/v1/things')
        .set('Content-Type', type)
        .serialize((x: unknown) => x as string)
        .send(body);
      expect([res.status, (res.body as Envelope).data]).toEqual([201, { a: 'é' }]);
    });

    it('when it is packed, then it is unpacked', async () => {
      const packed = gzipSync('{"a":1}');
      const res = await post()
        .set('Content-Encoding', 'gzip')
        .serialize((x: unknown) => x as string)
        .send(packed);
      expect((res.body as Envelope).data).toEqual({ a: 1 });
    });

    it.each(['{', '{"a":1,}', "{'a':1}", ' ', 'nul'])('when it is %j, then 400 MALFORMED_JSON', async (text) => {
      expect(codeOf(await post().serialize(String).send(text))).toEqual([400, 'MALFORMED_JSON']);
    });

    it('when it is not UTF-8, then 400 MALFORMED_JSON', async () => {
      const bytes = Buffer.from([0x22, 0xff, 0x22]);
      expect(
        codeOf(
          await post()
            .serialize((x: unknown) => x as string)
            .send(bytes),
        ),
      ).toEqual([400, 'MALFORMED_JSON']);
    });

    it('when it is packed and broken, then 400 MALFORMED_JSON', async () => {
      const res = await post().set('Content-Encoding', 'gzip').serialize(String).send('no gzip');
      expect(codeOf(res)).toEqual([400, 'MALFORMED_JSON']);
    });

    it('when it is exactly as large as allowed, then it is read; one byte more is 413', async () => {
      const text = (length: number) => `"${'x'.repeat(length - 2)}"`;
      expect((await post().serialize(String).send(text(LIMIT))).status).toBe(201);
      expect(
        codeOf(
          await post()
            .serialize(String)
            .send(text(LIMIT + 1)),
        ),
      ).toEqual([413, 'BODY_TOO_LARGE']);
    });

    it('when it grows too large in chunks, then 413 and the connection serves the next request', async () => {
      const chunk = `${(0x8000).toString(16)}\r\n${'x'.repeat(0x8000)}\r\n`;
      const head = 'POST /api/v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
      const last = 'GET /api/v1/nope HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
      const said = await sendRaw(
        app.port,
        `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(60)}0\r\n\r\n${last}`,
      );
      expect(said.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 404']);
    });

    it('when it unpacks to more than allowed, then 413', async () => {
      const bomb = gzipSync('x'.repeat(50 * LIMIT));
      expect(bomb.length).toBeLessThan(LIMIT);
      const res = await post()
        .set('Content-Encoding', 'gzip')
        .serialize((x: unknown) => x as string)
        .send(bomb);
      expect(codeOf(res)).toEqual([413, 'BODY_TOO_LARGE']);
    });

    it.each([
      ['text/plain', undefined],
      ['application/x-www-form-urlencoded', undefined],
      ['application/jsonx', undefined],
      ['application/json; charset=latin1', undefined],
      ['application/json', 'compress'],
    ])('when it comes as %s in %s, then 415', async (type, encoding) => {
      const sent = api().post('/api/v1/things').set('Content-Type', type).serialize(String);
      const res = await (encoding === undefined ? sent : sent.set('Content-Encoding', encoding)).send('{"a":1}');
      expect(codeOf(res)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    });

    it('when its type is not named, then 415', async () => {
      const said = await sendRaw(
        app.port,
        'POST /api/v1/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
      );
      expect(said).toMatch(/^HTTP\/1.1 415/);
    });

    it('when there is none, then the route decides', async () => {
      expect((await api().post('/api/v1/things')).body).toMatchObject({ data: 'nothing' });
      expect(codeOf(await api().post('/api/v1/strict'))).toEqual([400, 'VALIDATION_FAILED']);
    });
  });

  describe('lines and figures', () => {
    it('when requests have been answered, then each has one line and one figure by its pattern', async () => {
      const before = [app.entries.length, app.ended.length];
      await api().get(`/api/v1/things/${id}`).set('X-Request-Id', 'line-1');
      await api().get('/api/v1/nope');
      expect(app.ended.slice(before[1])).toEqual([
        { method: 'GET', route: '/api/v1/things/:id', status: 200 },
        { method: 'GET', route: 'none', status: 404 },
      ]);
      const lines = app.entries.slice(before[0]).map((entry) => entry.args[0]);
      expect(lines[0]).toMatch(new RegExp(`^\\S+ GET /api/v1/things/${id} 200 [0-9.]+ ms line-1$`));
      expect(lines).toHaveLength(2);
    });

    it('when a token comes in the query, then the line does not have it', async () => {
      const before = app.entries.length;
      await api().get('/api/v1/things?access_token=canary-1234&limit=1');
      const [line] = app.entries.slice(before).map((entry) => String(entry.args[0]));
      expect(line).toContain('access_token=[redacted]&limit=1');
    });

    it('when a URL or a header carries control characters, then the line stays one line', async () => {
      const before = app.entries.length;
      await sendRaw(
        app.port,
        'GET /a%0d%0aFAKE HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\x85b\r\nConnection: close\r\n\r\n',
      );
      const lines = app.entries.slice(before).map((entry) => String(entry.args[0]));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    });
  });
});

describe('the app behind proxies', () => {
  it.each([
    [0, '127.0.0.1'],
    [1, '10.0.0.2'],
    [2, '10.0.0.1'],
  ])('when %i hops are trusted, then the caller is %s', async (trustProxyHops, ip) => {
    const app = await listeningApp([routes()], { trustProxyHops });
    const res = await request(app.server).get('/api/v1/ip').set('X-Forwarded-For', '6.6.6.6, 10.0.0.1, 10.0.0.2');
    await app.close();
    expect((res.body as Envelope).data).toBe(ip);
  });
});

describe('the app and other origins', () => {
  const origin = 'https://shop.example';
  const withOrigins = async (corsOrigins: string[], ask: (api: ReturnType<typeof request>) => request.Test) => {
    const app = await listeningApp([routes()], { corsOrigins });
    const res = await ask(request(app.server));
    await app.close();
    return res;
  };
  const preflight = (api: ReturnType<typeof request>) =>
    api.options('/api/v1/things').set('Origin', origin).set('Access-Control-Request-Method', 'POST');

  it('when a listed origin asks, then it may read, on refusals too', async () => {
    const res = await withOrigins([origin], (api) => api.get('/api/v1/nope').set('Origin', origin));
    expect(res.headers['access-control-allow-origin']).toBe(origin);
    expect(res.headers['access-control-expose-headers']).toContain('Idempotent-Replayed');
    expect(res.headers['x-frame-options']).toBe('SAMEORIGIN');
  });

  it('when another origin asks, then it may not', async () => {
    const res = await withOrigins([origin], (api) => api.get('/api/v1/things').set('Origin', 'https://evil.example'));
    expect(res.headers['access-control-allow-origin']).toBeUndefined();
    expect(res.headers['vary']).toBe('Origin');
  });

  it('when nobody names an origin, then the answer says that it would vary', async () => {
    const res = await withOrigins([origin], (api) => api.get('/api/v1/things'));
    expect([res.headers['vary'], res.headers['access-control-allow-origin']]).toEqual(['Origin', undefined]);
  });

  it('when a listed origin sends a preflight, then it is allowed', async () => {
    const res = await withOrigins([origin], preflight);
    expect(res.status).toBe(204);
    expect(res.headers['access-control-allow-methods']).toContain('PATCH');
  });

  it('when no origins are listed, then nothing is said of them and a preflight is a plain OPTIONS', async () => {
    const res = await withOrigins([], preflight);
    expect([res.status, res.headers['access-control-allow-origin']]).toEqual([204, undefined]);
    expect(res.headers['allow']).toBe('GET, HEAD, POST, OPTIONS');
  });

  it.each([
    'null',
    'https://SHOP.example',
    'https://shop.example/',
    'http://shop.example',
    'https://shop.example.evil',
  ])('when the origin is %s, which is not the listed one, then it may not read', async (other) => {
    const res = await withOrigins([origin], (api) => api.get('/api/v1/things').set('Origin', other));
    expect(res.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('when an origin that is not listed sends a preflight, then it is not allowed, and nobody may send cookies', async () => {
    const ask = (given: string) => (api: ReturnType<typeof request>) => preflight(api).set('Origin', given);
    const refused = await withOrigins([origin], ask('https://evil.example'));
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([204, undefined]);
    for (const origins of [[origin], ['*']]) {
      const allowed = await withOrigins(origins, ask(origin));
      expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('when all origins are welcome, then all may read', async () => {
    const res = await withOrigins(['*'], (api) => api.get('/api/v1/things').set('Origin', origin));
    expect(res.headers['access-control-allow-origin']).toBe('*');
  });
});
