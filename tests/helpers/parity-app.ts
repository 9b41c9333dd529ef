import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import express, { Router, type ErrorRequestHandler, type Express } from 'express';

const describeRequest: express.RequestHandler = (req, res) => {
  res.json({
    method: req.method,
    url: req.url,
    originalUrl: req.originalUrl,
    baseUrl: req.baseUrl,
    path: req.path,
    query: req.query,
    params: req.params,
    protocol: req.protocol,
    secure: req.secure,
    ip: req.ip,
    ips: req.ips,
    hostname: req.hostname,
    host: req.host,
    subdomains: req.subdomains,
    xhr: req.xhr,
    accepts: req.accepts(['json', 'html']),
    language: req.acceptsLanguages('de', 'en'),
    is: req.is('json'),
    get: req.get('X-Custom'),
    range: req.range(100),
    fresh: req.fresh,
    app: req.app === res.app && req.res === res && res.req === req,
    body: req.body as unknown,
  });
};

const nested = (): Router => {
  const inner = Router({ mergeParams: true });
  inner.get('/', describeRequest);
  inner.all('/deep/:deep', describeRequest);
  inner.get('/skip', (_req, _res, next) => next('router'));
  const outer = Router();
  outer.param('id', (_req, res, next, id: string) => {
    res.set('X-Param', id);
    next();
  });
  outer.use('/:id/inner', inner);
  outer.route('/:id').get(describeRequest).post(express.json(), describeRequest);
  outer.get('/{*rest}', describeRequest);
  return outer;
};

const answers = (file: string): Router => {
  const router = Router();
  router.get('/json', (_req, res) => res.status(201).json({ a: 'ö' }));
  router.get('/text', (_req, res) => res.send('text'));
  router.get('/buffer', (_req, res) => res.send(Buffer.from([1, 2, 3])));
  router.get('/nothing', (_req, res) => res.sendStatus(204));
  router.get('/teapot', (_req, res) => res.sendStatus(418));
  router.get('/jsonp', (_req, res) => res.jsonp({ a: 1 }));
  router.get('/redirect', (_req, res) => res.redirect('/x?a=b c'));
  router.get('/moved', (_req, res) => res.redirect(301, 'https://other.example/é'));
  router.get('/cookie', (_req, res) => {
    res.cookie('a', 'b c', { httpOnly: true, path: '/p' }).clearCookie('z').append('X-Many', ['1', '2']).send('ok');
  });
  router.get('/links', (_req, res) => res.links({ next: '/2' }).vary('Accept').location('/here').type('txt').send('l'));
  router.get('/format', (_req, res) => {
    res.format({ json: () => res.json({ f: 1 }), html: () => res.send('<p>f</p>'), text: () => res.send('f') });
  });
  router.get('/attachment', (_req, res) => res.attachment('ä.txt').send('x'));
  router.get('/fresh', (_req, res) => res.set('ETag', '"v1"').send('fresh'));
  router.get('/stream', (_req, res) => void Readable.from(['one ', 'two ', 'three']).pipe(res));
  router.get('/chunks', (_req, res) => {
    res.writeHead(200, { 'X-Head': '1' });
    res.write('a');
    res.end('b');
  });
  router.get('/file', (_req, res) => res.sendFile(file));
  router.get('/download', (_req, res) => res.download(file, 'named.txt'));
  router.get('/missing', (_req, res) => res.sendFile('/none/such.txt'));
  return router;
};

const failures = (): Router => {
  const router = Router();
  router.get('/throw', () => {
    throw new Error('thrown');
  });
  router.get('/reject', () => Promise.reject(Object.assign(new Error('rejected'), { status: 409 })));
  router.get('/own', (_req, _res, next) => next(Object.assign(new Error('own'), { own: true })));
  const own: ErrorRequestHandler = (error: { own?: boolean }, _req, res, next) => {
    if (error.own === true) res.status(422).json({ own: true });
    else next(error);
  };
  router.use(own);
  return router;
};

/** An app on Express's default settings that uses as much of Express as it can, to be run on any server. */
export const createParityApp = (): Express => {
  const file = join(mkdtempSync(join(tmpdir(), 'parity-')), 'file.txt');
  writeFileSync(file, 'The quick brown fox jumps over the lazy dog');
  const app = express();
  app.set('trust proxy', 1);
  app.set('env', 'test');
  app.use('/nested', nested());
  app.use('/answers', answers(file));
  app.use('/failures', failures());
  app.use('/static', express.static(join(file, '..')));
  app.use('/sub/path', describeRequest);
  return app;
};

export interface ParityRequest {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const gets = [
  ...['/nested/1', '/nested/1?a=1&b=2&b=3&c[d]=4', '/nested/a%2Fb%20c', '/nested/%C3%B6', '/nested/%FF', '/nested/'],
  ...[
    '/nested/1/inner',
    '/nested/1/inner/deep/x%20y',
    '/nested/1/inner/skip',
    '/nested/1/2/3',
    '/NESTED/1/',
    '//nested/1',
  ],
  ...[
    '/answers/json',
    '/answers/text',
    '/answers/buffer',
    '/answers/nothing',
    '/answers/teapot',
    '/answers/jsonp?callback=cb',
  ],
  ...[
    '/answers/redirect',
    '/answers/moved',
    '/answers/cookie',
    '/answers/links',
    '/answers/attachment',
    '/answers/fresh',
  ],
  ...[
    '/answers/stream',
    '/answers/chunks',
    '/answers/file',
    '/answers/download',
    '/answers/missing',
    '/answers/format',
  ],
  ...[
    '/failures/throw',
    '/failures/reject',
    '/failures/own',
    '/static/file.txt',
    '/static/none',
    '/static/%2e%2e/x',
    '/static',
  ],
  ...['/sub/path', '/sub/path/x?y=1', '/sub/pathx', '/none', '/', '/?q'],
];

/** What both servers are asked. */
export const parityRequests: readonly ParityRequest[] = [
  ...gets.map((path) => ({ path })),
  ...gets.map((path) => ({ method: 'HEAD', path })),
  ...['/nested/1', '/answers/json', '/none'].map((path) => ({ method: 'OPTIONS', path })),
  { method: 'DELETE', path: '/nested/1/inner/deep/2' },
  { method: 'DELETE', path: '/answers/json' },
  { method: 'POST', path: '/nested/1', headers: { 'content-type': 'application/json' }, body: '{"a":[1,{"b":null}]}' },
  { method: 'POST', path: '/nested/1', headers: { 'content-type': 'application/json' }, body: '{"a":' },
  { method: 'POST', path: '/nested/1', headers: { 'content-type': 'text/plain' }, body: 'text' },
  { path: '/nested/1', headers: { 'x-custom': 'v', 'x-requested-with': 'XMLHttpRequest', 'accept-language': 'en' } },
  { path: '/nested/1', headers: { 'x-forwarded-for': '1.2.3.4, 5.6.7.8', 'x-forwarded-proto': 'https' } },
  { path: '/nested/1', headers: { 'x-forwarded-host': 'a.b.shop.example', range: 'bytes=0-9' } },
  { path: '/answers/format', headers: { accept: 'text/html' } },
  { path: '/answers/format', headers: { accept: 'text/plain' } },
  { path: '/answers/format', headers: { accept: 'image/png' } },
  { path: '/answers/fresh', headers: { 'if-none-match': '"v1"' } },
  { path: '/answers/fresh', headers: { 'if-none-match': '"v2"' } },
  { path: '/answers/file', headers: { range: 'bytes=4-8' } },
  { path: '/answers/file', headers: { range: 'bytes=900-' } },
];
