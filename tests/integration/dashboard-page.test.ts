import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { readDashboardFiles } from '../../src/config/dashboard-files.js';
import { createDashboardController, dashboardPolicy } from '../../src/controllers/dashboard.controller.js';
import { createDashboardRoutes } from '../../src/routes/dashboard.routes.js';
import { renderPage } from '../../src/services/report/page.js';
import { listeningApp, sendRaw } from '../helpers/http-app.js';

const html = '<!doctype html><title>Stockroom</title>';
const script = 'console.log("ready");';
const scriptName = 'dashboard.0123.js';

describe('the dashboard’s page', () => {
  let directory: string;
  let app: Awaited<ReturnType<typeof listeningApp>>;
  let unbuilt: Awaited<ReturnType<typeof listeningApp>>;
  beforeAll(async () => {
    directory = `${await mkdtemp(join(tmpdir(), 'stockroom-page-'))}/`;
    for (const [name, text] of Object.entries({ 'index.html': html, [scriptName]: script })) {
      await writeFile(`${directory}${name}`, text);
      await writeFile(`${directory}${name}.gz`, gzipSync(text));
      await writeFile(`${directory}${name}.br`, brotliCompressSync(text));
    }
    const start = async (from: string) => {
      const controller = createDashboardController({ files: await readDashboardFiles(from) });
      return listeningApp([], { system: [createDashboardRoutes({ controller })] });
    };
    app = await start(directory);
    unbuilt = await start(`${directory}none/`);
  });
  afterAll(async () => {
    await Promise.all([app.close(), unbuilt.close()]);
    await rm(directory, { recursive: true, force: true });
  });
  const get = (path: string, encoding = 'identity') =>
    request(app.server).get(path).set('Accept-Encoding', encoding).buffer(true);

  it('when it is asked for, then it comes under a policy that lets no script or style stand in it', async () => {
    const res = await get('/dashboard').expect(200);
    expect(res.text).toBe(html);
    expect(res.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': dashboardPolicy,
      vary: expect.stringContaining('Accept-Encoding') as string,
    });
    expect(dashboardPolicy).toContain("default-src 'none'");
    expect(dashboardPolicy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('when the policy is read, then the one style that it lets through by its hash is that of a report', async () => {
    const page = renderPage({ title: '', subtitle: '', facts: [], charts: [], tables: [] });
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(dashboardPolicy).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`);
  });

  it('when an asset is asked for, then it may be kept for ever, as its name tells what is in it', async () => {
    const res = await get(`/dashboard/assets/${scriptName}`).expect(200);
    expect(res.text).toBe(script);
    expect(res.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(res.headers['content-encoding']).toBeUndefined();
  });

  it('when a client takes compressed forms, then it gets the smallest that it takes, each under a tag of its own', async () => {
    const path = `/dashboard/assets/${scriptName}`;
    const gzipped = await get(path, 'gzip').expect(200).expect('content-encoding', 'gzip');
    expect(gzipped.text).toBe(script);
    const raw = `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: close\r\n\r\n`;
    const [head = '', body = ''] = (await sendRaw(app.port, raw)).split('\r\n\r\n');
    expect(head).toContain('Content-Encoding: br');
    expect(brotliDecompressSync(Buffer.from(body, 'latin1')).toString()).toBe(script);
    const [, smallTag] = /ETag: (.*)/.exec(head) ?? [];
    expect(new Set([gzipped.headers['etag'], smallTag, (await get(path)).headers['etag']]).size).toBe(3);
  });

  it('when the caller has it already, then it is not sent again', async () => {
    for (const path of ['/dashboard', `/dashboard/assets/${scriptName}`]) {
      const { etag } = (await get(path)).headers;
      const res = await get(path).set('If-None-Match', String(etag)).expect(304);
      expect(res.text).toBe('');
      await get(path).set('If-None-Match', '"another"').expect(200);
    }
  });

  it('when only the head is asked for, then nothing follows it', async () => {
    const said = await sendRaw(app.port, 'HEAD /dashboard HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n');
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
    expect(said).toContain(`Content-Length: ${html.length}`);
    expect(said.endsWith('\r\n\r\n')).toBe(true);
  });

  it('when it is asked for with a slash at the end, then it leads to where its assets are found', async () => {
    const { headers } = await get('/dashboard/').expect(308);
    expect(new URL(String(headers['location']), 'http://shop.example/dashboard/').pathname).toBe('/dashboard');
  });

  it.each(['index.html', 'none.js', `${scriptName}.br`, '..%2fserver.js', '__proto__', '%00'])(
    'when the asset %s is asked for, which is none, then there is none',
    async (name) => {
      const res = await request(app.server).get(`/dashboard/assets/${name}`).expect(404);
      expect(res.body).toMatchObject({ error: { code: 'ROUTE_NOT_FOUND' } });
    },
  );

  it('when something is posted to it, then the method is refused', async () => {
    const res = await request(app.server).post('/dashboard').expect(405);
    expect(res.headers['allow']).toBe('GET, HEAD, OPTIONS');
  });

  it('when nobody has built it, then a page says what to do', async () => {
    const res = await request(unbuilt.server).get('/dashboard').expect(503);
    expect(res.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    expect(res.text).toContain('npm run build');
    await request(unbuilt.server).get(`/dashboard/assets/${scriptName}`).expect(404);
  });
});
