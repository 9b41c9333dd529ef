import { connect } from 'node:net';
import express, { Router } from 'express';
import request from 'supertest';
import { createFastServer } from '../../src/utils/fast-server.js';
import { carryHeaders, headerBlock } from '../../src/utils/carried-headers.js';
import { sendJson } from '../../src/utils/send-json.js';
import { listening, sendRaw } from '../helpers/http-app.js';
import { waitFor } from '../helpers/wait-for.js';

interface Refusal {
  status_code: number;
  message: string;
  error: { code: string; requestId: string };
}

const createApp = () => {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use((_req, res, next) => {
    carryHeaders(res, headerBlock(['X-A', '1', 'X-B', '2']));
    carryHeaders(res, headerBlock(['X-C', '3']));
    next();
  });
  app.get('/prototypes', (req, res) => {
    const untouched = Object.getPrototypeOf(req) === app.request && Object.getPrototypeOf(res) === app.response;
    res.json(untouched);
  });
  app.get('/flat', (_req, res) => {
    res.writeHead(200, ['X-D', '4']);
    res.end();
  });
  app.get('/object', (_req, res) => {
    res.writeHead(200, 'Fine', { 'X-D': '4', 'x-b': 'own' });
    res.end();
  });
  app.get('/twice', (_req, res) => {
    res.writeHead(200, ['x-A', 'own']);
    res.end();
  });
  app.get('/plain', (_req, res) => sendJson(res, 200, '{"plain":true}'));
  app.get('/coloured', (_req, res) => sendJson(res, 200, '{"colour":"grün"}'));
  app.get('/late', async (_req, res) => {
    await new Promise((resolve) => setImmediate(resolve));
    sendJson(res, 200, '{"late":true}');
  });
  app.get('/implicit', (_req, res) => {
    res.setHeader('X-C', 'own');
    res.write('a');
    res.end('b');
  });
  return app;
};

describe('createFastServer', () => {
  let where: Awaited<ReturnType<typeof listening>>;
  beforeAll(async () => (where = await listening(createFastServer(createApp()))));
  afterAll(() => where.close());
  const api = () => request(where.server);

  it('when a request comes, then Express finds nothing to change about its prototypes', async () => {
    const setPrototypeOf = Object.setPrototypeOf.bind(Object);
    const changed: unknown[] = [];
    Object.setPrototypeOf = (target: object, prototype: object | null) => {
      if (Object.getPrototypeOf(target) !== prototype) changed.push(target);
      return setPrototypeOf(target, prototype) as unknown;
    };
    const res = await api().get('/prototypes');
    Object.setPrototypeOf = setPrototypeOf;
    expect(res.body).toBe(true);
    expect(changed).toEqual([]);
  });

  it.each([
    ['/flat', { 'x-a': '1', 'x-b': '2', 'x-c': '3', 'x-d': '4' }],
    ['/object', { 'x-a': '1', 'x-b': 'own', 'x-c': '3', 'x-d': '4' }],
    ['/twice', { 'x-a': 'own', 'x-b': '2', 'x-c': '3' }],
    ['/implicit', { 'x-a': '1', 'x-b': '2', 'x-c': 'own' }],
    ['/prototypes', { 'x-a': '1', 'x-b': '2', 'x-c': '3', 'content-type': 'application/json; charset=utf-8' }],
  ])('when %s is answered, then carried headers are there once and the handler’s own win', async (path, headers) => {
    const res = await api().get(path).expect(200);
    expect(res.headers).toMatchObject(headers);
  });

  it.each([
    ['/plain', '{"plain":true}'],
    ['/coloured', '{"colour":"grün"}'],
    ['/late', '{"late":true}'],
  ])(
    'when %s is got, then its body is whole; when only its head is asked for, then there is none',
    async (path, body) => {
      const got = await api().get(path);
      const head = await api().head(path);
      expect(got.text).toBe(body);
      expect(got.headers['content-length']).toBe(String(Buffer.byteLength(body)));
      expect(head.text).toBeFalsy();
      expect(head.headers['content-length']).toBe(got.headers['content-length']);
    },
  );

  it('when requests come one behind the other on a connection, then their answers do, whole and in order', async () => {
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n`;
    const text = await sendRaw(
      where.port,
      `${get('/late')}\r\n${get('/plain')}\r\n${get('/coloured')}\r\n${get('/plain')}Connection: close\r\n\r\n`,
    );
    const bodies = [
      ...Buffer.from(text, 'latin1')
        .toString()
        .matchAll(/\r\n\r\n(\{.*?\})/g),
    ].map(([, body]) => body);
    expect(bodies).toEqual(['{"late":true}', '{"plain":true}', '{"colour":"grün"}', '{"plain":true}']);
  });

  it('when Node lacks the step that renders a head, then carried headers are set one by one', async () => {
    const get = Reflect.get.bind(Reflect);
    const getOther = (target: object, key: PropertyKey): unknown =>
      key === '_storeHeader' ? undefined : (get(target, key) as unknown);
    Reflect.get = getOther as typeof Reflect.get;
    const server = createFastServer(createApp());
    Reflect.get = get;
    const other = await listening(server);
    const flat = await request(server).get('/flat').expect(200);
    const twice = await request(server).get('/twice').expect(200);
    await other.close();
    expect(flat.headers).toMatchObject({ 'x-a': '1', 'x-c': '3', 'x-d': '4' });
    expect(twice.headers).toMatchObject({ 'x-a': 'own', 'x-b': '2' });
  });

  it('when a head names its own reason, then it is kept', async () => {
    expect(await sendRaw(where.port, 'GET /object HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 200 Fine\r\n/,
    );
  });

  it('when the app runs on another server, then carried headers are set in the usual way', async () => {
    const res = await request(createApp()).get('/flat').expect(200);
    expect(res.headers).toMatchObject({ 'x-a': '1', 'x-c': '3', 'x-d': '4' });
  });

  it('when HTTP/1.0 names no host, or a caller expects what nobody knows, then it is served', async () => {
    const old = await sendRaw(where.port, 'GET /plain HTTP/1.0\r\n\r\n');
    const hopeful = 'GET /plain HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nConnection: close\r\n\r\n';
    for (const said of [old, await sendRaw(where.port, hopeful)])
      expect(said).toMatch(/^HTTP\/1.1 200 [^]*plain":true}$/);
  });

  it('when times and sizes are looked at, then they are bounded', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = where.server;
    expect([headersTimeout, requestTimeout, keepAliveTimeout, timeout]).toEqual([10_000, 15_000, 75_000, 120_000]);
  });

  describe('when a connection brings no request, then it is told in the error shape of the API', () => {
    const parse = (said: string): { status: number; body: Refusal } => ({
      status: Number(/^HTTP\/1.1 (\d+)/.exec(said)?.[1]),
      body: JSON.parse(said.slice(said.indexOf('\r\n\r\n') + 4)) as Refusal,
    });

    it.each([
      ['garbage', 'nonsense\r\n\r\n', 400, 'VALIDATION_FAILED'],
      ['a bad header', 'GET /flat HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n', 400, 'VALIDATION_FAILED'],
      [
        'two lengths',
        'POST /flat HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
        400,
        'VALIDATION_FAILED',
      ],
      [
        'smuggling',
        'POST /flat HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        400,
        'VALIDATION_FAILED',
      ],
      [
        '17 kB of headers',
        `GET /flat HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17 * 1024)}\r\n\r\n`,
        431,
        'HEADERS_TOO_LARGE',
      ],
      ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405, 'METHOD_NOT_ALLOWED'],
    ])('%s', async (_what, bytes, status, code) => {
      const said = await sendRaw(where.port, bytes);
      const { status: answered, body } = parse(said);
      expect([answered, body.status_code, body.error.code]).toEqual([status, status, code]);
      expect(said).toContain(`X-Request-Id: ${body.error.requestId}`);
      expect(said).toContain('Connection: close');
    });

    it('a request that never ends', async () => {
      const limits = { headersTimeoutMs: 50, requestTimeoutMs: 50, checkEveryMs: 20 };
      const other = await listening(createFastServer(express().use(Router()), limits));
      const { status, body } = parse(await sendRaw(other.port, 'GET / HTTP/1.1\r\nHost: a\r\n'));
      await other.close();
      expect([status, body.error.code]).toEqual([408, 'REQUEST_TIMEOUT']);
    });
  });

  it('when a caller asks for much and takes none of it, then the connection ends', async () => {
    let isClosed = false;
    const app = express().get('/', (_req, res) => {
      res.on('close', () => (isClosed = true));
      // More than the system's buffers hold for a connection.
      res.end(Buffer.alloc(64 * 1024 * 1024));
    });
    const other = await listening(createFastServer(app, { idleTimeoutMs: 200 }));
    const caller = connect(other.port, '127.0.0.1', () => caller.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).pause();
    caller.on('error', () => undefined);
    await waitFor(() => isClosed, { what: 'the end of the connection', deadlineMs: 20_000 });
    caller.destroy();
    await other.close();
  });

  it('when garbage follows on a connection whose answer is under way, then the connection just ends', async () => {
    const app = express().get('/', (_req, res) => void res.write('first half'));
    const other = await listening(createFastServer(app));
    const said = await sendRaw(other.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n\0\0nonsense\r\n\r\n');
    await other.close();
    expect(said.match(/HTTP\/1.1/g) ?? []).toHaveLength(said === '' ? 0 : 1);
    expect(said).not.toContain('VALIDATION_FAILED');
  });
});

describe('headerBlock', () => {
  it.each([
    ['a line break in a value', ['X-A', 'a\r\nX-B: b']],
    ['a line break in a name', ['X-A\r\nX-B', 'b']],
    ['Node’s own header', ['Content-Length', '1']],
  ])('when there is %s, then it is refused', (_what, flat) => {
    expect(() => headerBlock(flat)).toThrow(/Invalid character|valid HTTP token|cannot be carried/);
  });
});
