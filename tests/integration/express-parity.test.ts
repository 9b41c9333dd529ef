import { createServer, request as httpRequest } from 'node:http';
import { createFastServer } from '../../src/utils/fast-server.js';
import { listening } from '../helpers/http-app.js';
import { createParityApp, parityRequests, type ParityRequest } from '../helpers/parity-app.js';

interface Answer {
  status: number | undefined;
  reason: string | undefined;
  /** Names and values in the order and spelling in which they came. */
  headers: string[];
  body: string;
}

const ask = (port: number, { method = 'GET', path, headers = {}, body }: ParityRequest): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const options = {
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { host: 'shop.example', ...headers },
      agent: false,
    };
    const req = httpRequest(options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const headers = res.rawHeaders.flatMap((name, i, all) =>
          i % 2 === 0 && name !== 'Date' ? [`${name}: ${all[i + 1] ?? ''}`] : [],
        );
        resolve({
          status: res.statusCode,
          reason: res.statusMessage,
          headers,
          body: Buffer.concat(chunks).toString('latin1'),
        });
      });
    });
    req.on('error', reject);
    req.end(body);
  });

describe('Express on the fast server', () => {
  let stock: Awaited<ReturnType<typeof listening>>;
  let fast: Awaited<ReturnType<typeof listening>>;
  beforeAll(async () => {
    stock = await listening(createServer({ keepAliveTimeout: 75_000 }, createParityApp()));
    fast = await listening(createFastServer(createParityApp()));
  });
  afterAll(() => Promise.all([stock.close(), fast.close()]));

  // Each app has its file in a directory of its own, and a stack trace tells which server it came through.
  const comparable = ({ body, headers, ...rest }: Answer): Answer => ({
    ...rest,
    headers: headers.map((line) =>
      line.replace(
        body.includes('&nbsp;at ') ? /^(ETag|Last-Modified|Content-Length): .*$/i : /^(ETag|Last-Modified): .*$/i,
        '$1',
      ),
    ),
    body: body.replace(/parity-\w+/g, 'parity').replace(/at .*/g, 'at'),
  });

  it.each(
    parityRequests.map(
      (each) => [`${each.method ?? 'GET'} ${each.path} ${JSON.stringify(each.headers ?? {})}`, each] as const,
    ),
  )('when asked for %s, then it answers as on Node’s own', async (_name, each) => {
    const [expected, answer] = await Promise.all([ask(stock.port, each), ask(fast.port, each)]);
    expect(comparable(answer)).toEqual(comparable(expected));
    expect(answer.status).toBeGreaterThan(199);
  });

  it('when all requests have been compared, then they covered answers of every class', async () => {
    const all = await Promise.all(parityRequests.map((each) => ask(fast.port, each)));
    const statuses = new Set(all.map((answer) => answer.status));
    expect(
      [200, 201, 204, 206, 301, 302, 304, 400, 404, 406, 409, 416, 418, 422, 500].filter((s) => !statuses.has(s)),
    ).toEqual([]);
  });
});
