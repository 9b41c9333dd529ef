import { Router } from 'express';
import request from 'supertest';
import { createApp } from '../../src/app.js';
import type { RouteInput } from '../../src/middlewares/validate.js';
import { partsOf, routeNames, type RouteName } from '../../src/schemas/access.js';
import { apiOperations } from '../../src/schemas/openapi/document.js';
import { routePatterns, routesOf } from '../../src/utils/router-tree.js';
import { wireDocs } from '../../src/wiring/docs.js';
import { listeningApp } from '../helpers/http-app.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { startShop, type LocalShop } from '../helpers/shop.js';

interface Published {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
}

const publishedOf = ({ paths }: Published): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

/** Pages for people, which the document of the API does not tell of. */
const pages = ['GET /docs', 'GET /dashboard', 'GET /dashboard/assets/:file'];

describe('the document and its page', () => {
  let app: Awaited<ReturnType<typeof listeningApp>>;
  beforeAll(async () => {
    const orders = Router();
    orders.post('/orders', (_req, res) => void res.end());
    app = await listeningApp([orders], { system: [wireDocs({ version: '1.2.3', api: [orders] })] });
  });
  afterAll(() => app.close());
  const get = (path: string) => request(app.server).get(path);

  it('when the document is asked for, then it tells of what this process serves', async () => {
    const res = await get('/openapi.json').expect(200);
    expect(res.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
    });
    const document = res.body as Published;
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    expect(publishedOf(document).filter((call) => call.includes('/api/'))).toEqual(['POST /api/v1/orders']);
  });

  it('when the caller has it already, then it is not sent again', async () => {
    const { etag } = (await get('/openapi.json')).headers;
    const res = await get('/openapi.json').set('If-None-Match', String(etag)).expect(304);
    expect(res.text).toBe('');
    await get('/openapi.json').set('If-None-Match', '"another"').expect(200);
  });

  it('when /docs is asked for without a slash, then it leads to the page', async () => {
    const { headers } = await get('/docs').expect(308);
    expect(new URL(String(headers['location']), 'http://shop.example/docs').pathname).toBe('/docs/');
    const res = await get('/docs').redirects(1).expect(200);
    expect(res.headers['content-type']).toContain('text/html');
    expect(res.text).toContain('id="swagger-ui"');
  });

  it('when the page is read, then all that it asks for is its own, and is there', async () => {
    const { text, headers } = await get('/docs/').expect(200);
    const named = [...text.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url));
    expect(named.length).toBeGreaterThanOrEqual(4);
    for (const url of named) {
      expect(url).toMatch(/^\.\//);
      await get(new URL(url, 'http://shop.example/docs/').pathname).expect(200);
    }
    // No script stands in the page, so its policy need not let one.
    expect(text).not.toMatch(/<script>|<script(?![^>]*\bsrc=)[^>]*>|\son\w+=/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*/);
  });

  it('when the page starts, then it reads our document and asks nobody to validate it', async () => {
    const { text } = await get('/docs/swagger-ui-init.js').expect(200);
    expect(text).toContain('"swaggerUrl": "../openapi.json"');
    expect(text).toContain('"validatorUrl": null');
  });

  it.each(['index.html', 'swagger-initializer.js', 'package.json', '..%2fpackage.json', 'x/swagger-ui.css'])(
    'when /docs/%s is asked for, which is not the page’s, then there is none',
    async (file) => {
      const res = await get(`/docs/${file}`).expect(404);
      expect(res.body).toMatchObject({ error: { code: 'ROUTE_NOT_FOUND' } });
    },
  );

  it('when the page is posted to, then the method is refused', async () => {
    const res = await request(app.server).post('/docs').expect(405);
    expect(res.headers['allow']).toBe('GET, HEAD, OPTIONS');
  });
});

describeMongo('the document of the whole service', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  beforeAll(async () => (shop = await startShop(database.uri)), 60_000);
  afterAll(() => shop.close());

  it('when it is published, then its calls are the routes of the service, no more and no less', async () => {
    const published = publishedOf((await (await fetch(`${shop.url}/openapi.json`)).json()) as Published);
    const served = routesOf(createApp(shop.deps).router)
      .filter((route) => !pages.includes(route))
      .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(published.sort()).toEqual(served.sort());
  });

  it('when its schemas are looked at, then they are the ones that the routes validate with', () => {
    const checked = new Map<string, RouteInput>();
    for (const [route, pattern] of routePatterns(createApp(shop.deps).router)) {
      const { methods, stack } = route as { methods: object; stack: { handle: { shapes?: RouteInput } }[] };
      const shapes = stack.flatMap(({ handle }) => handle.shapes ?? [])[0];
      for (const method of Object.keys(methods)) if (shapes) checked.set(`${method} ${pattern}`, shapes);
    }
    const differing = routeNames.filter((name: RouteName) => {
      const { method, path } = partsOf(name);
      const { params, query, body } = apiOperations[name];
      const shapes = checked.get(`${method} /api/v1${path}`);
      return shapes === undefined || shapes.params !== params || shapes.query !== query || shapes.body !== body;
    });
    expect(differing).toEqual([]);
  });

  it.each(['PATCH', 'DELETE', 'POST'])(
    'when %s is sent to the best sellers, then the method is refused',
    async (method) => {
      const res = await fetch(`${shop.url}/api/v1/products/top`, { method });
      expect([res.status, res.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    },
  );
});
