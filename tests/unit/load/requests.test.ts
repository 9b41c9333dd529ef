import type { RequestSpec } from '../../../load/bench/load-spec.js';
import { createRequestRings, type RequestRing } from '../../../load/bench/requests.js';

const spec = (change: Partial<RequestSpec> = {}): RequestSpec => ({
  ports: [4000, 4001],
  connections: 2,
  method: 'POST',
  pathPrefix: '/products/',
  pathSuffix: '/purchase',
  ids: ['aaaa', 'bbbb', 'cccc', 'dddd'],
  order: 'random',
  sweep: false,
  headers: [],
  customers: ['X-Customer-Id: 1', 'X-Customer-Id: 2', 'X-Customer-Id: 3', 'X-Customer-Id: 4'],
  keyed: true,
  body: '{"quantity":1}',
  ...change,
});

/** Copies, because the ring reuses its bytes. */
const take = (ring: RequestRing, count: number): string[] =>
  Array.from({ length: count }, () => ring.next()?.toString() ?? 'none');

const field = (request: string, name: string): string | undefined =>
  new RegExp(`\\r\\n${name}: ([^\\r]*)`).exec(request)?.[1];

const createRequestRing = (of: RequestSpec, connection: number, runTag: string): RequestRing =>
  createRequestRings(of, runTag)(connection);

describe('createRequestRings', () => {
  it('when a request is made, then it is whole: line, host of its port, length and body', () => {
    const [request = ''] = take(createRequestRing(spec(), 1, 'tag'), 1);
    expect(request).toMatch(/^POST \/products\/(aaaa|bbbb|cccc|dddd)\/purchase HTTP\/1\.1\r\n/);
    expect(field(request, 'Host')).toBe('127.0.0.1:4001');
    expect(field(request, 'Content-Length')).toBe('14');
    expect(request.endsWith('\r\n\r\n{"quantity":1}')).toBe(true);
  });
  it('when many are made, then half of them carry a key and no key comes twice, on any connection', () => {
    const requests = [0, 1].flatMap((connection) => take(createRequestRing(spec(), connection, 'tag'), 500));
    const keys = requests.map((request) => field(request, 'Idempotency-Key')).filter((key) => key !== undefined);
    expect(keys).toHaveLength(500);
    expect(new Set(keys).size).toBe(500);
  });
  it('when keys are off, then no request carries one', () => {
    const requests = take(createRequestRing(spec({ keyed: false }), 0, 'tag'), 10);
    expect(requests.some((request) => request.includes('Idempotency-Key'))).toBe(false);
  });
  it('when customers are shared out, then each connection has its own and all of them take part', () => {
    const customersOf = (connection: number) =>
      new Set(take(createRequestRing(spec(), connection, 't'), 50).map((request) => field(request, 'X-Customer-Id')));
    expect(customersOf(0)).toEqual(new Set(['1', '3']));
    expect(customersOf(1)).toEqual(new Set(['2', '4']));
  });
  it('when ids are drawn at random, then each gets about its share and lastId tells which', () => {
    const ring = createRequestRing(spec(), 0, 'tag');
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const request = ring.next()?.toString() ?? '';
      expect(request).toContain(`/products/${spec().ids[ring.lastId()] ?? '?'}/purchase`);
      counts[ring.lastId()] = (counts[ring.lastId()] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
  it('when order is laps, then every customer has each id once, one id after the other, and then it ends', () => {
    const ring = createRequestRing(spec({ order: 'laps', ids: ['aaaa', 'bbbb'] }), 0, 'tag');
    const seen = take(ring, 4).map((request) => `${field(request, 'X-Customer-Id')} ${request.slice(15, 19)}`);
    expect(seen).toEqual(['1 aaaa', '3 aaaa', '1 bbbb', '3 bbbb']);
    expect(ring.next()).toBeNull();
  });
  it('when there are fewer customers than connections, then they are shared and work goes on', () => {
    const [first = '', second = ''] = take(createRequestRing(spec({ customers: ['X-Customer-Id: 9'] }), 1, 't'), 2);
    expect([field(first, 'X-Customer-Id'), field(second, 'X-Customer-Id')]).toEqual(['9', '9']);
  });
  it('when it is a GET without body and customers, then there is neither length nor type', () => {
    const get = spec({ method: 'GET', pathPrefix: '/constant', pathSuffix: '', ids: [''], customers: [], body: null });
    const [request] = take(createRequestRing({ ...get, keyed: false }, 0, 't'), 1);
    expect(request).toBe('GET /constant HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nConnection: keep-alive\r\n\r\n');
  });
  it('when headers are given, then every request carries them', () => {
    const [request = ''] = take(createRequestRing(spec({ headers: ['Cache-Control: no-cache'] }), 0, 't'), 1);
    expect(field(request, 'Cache-Control')).toBe('no-cache');
  });
  it('when the ids are swept, then the connections together ask for each once before they draw', () => {
    const rings = createRequestRings(spec({ sweep: true }), 't');
    const asked = [0, 1].flatMap((connection) => {
      const ring = rings(connection);
      return [0, 1].map(() => {
        ring.next();
        return ring.lastId();
      });
    });
    expect(asked.sort()).toEqual([0, 1, 2, 3]);
  });
  it('when ids are drawn by Zipf, then the first comes about twice as often as the second', () => {
    const ring = createRequestRing(spec({ order: 'zipf' }), 0, 't');
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) {
      ring.next();
      counts[ring.lastId()] = (counts[ring.lastId()] ?? 0) + 1;
    }
    const [first = 0, second = 1] = counts;
    expect(first / second).toBeGreaterThan(1.85);
    expect(first / second).toBeLessThan(2.15);
  });
  it('when ids are not of one length, then it is refused: they would be cut', () => {
    expect(() => createRequestRings(spec({ ids: ['aaaa', 'bb'] }), 't')).toThrow('of one length');
  });
});
