import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { askChild } from '../../../load/bench/ask-child.js';
import type { BuyerSpec } from '../../../load/bench/buyer-spec.js';
import { compileBench } from '../../../load/bench/compile.js';
import type { LoadResult, LoadSpec, RequestSpec } from '../../../load/bench/load-spec.js';
import { judgeReads } from '../../../load/bench/stale-reads.js';
import { whileBuying } from '../../../load/bench/while-buying.js';
import { expectInTime } from '../../helpers/in-time.js';

const stockAtFirst = 1_000_000;
const ids = ['a', 'b', 'c', 'd'];
const perSecond = 400;
const deadlineMs = 90_000;
const root = join(import.meta.dirname, '..', '..', '..');

/**
 * A shop in memory. What it shows of a product is up to date, or a copy that is renewed with every `renewEvery`th sale,
 * which is what a cache does that hears of purchases late.
 */
const createShop = (renewEvery: number): Server => {
  const sold = new Map<string, number>();
  const copies = new Map<string, number>();
  return createServer((req, res) => {
    const id = req.url?.split('/')[4] ?? '';
    const before = sold.get(id) ?? 0;
    const send = (status: number, body: object, headers: Record<string, string> = {}): void => {
      const text = JSON.stringify(body);
      res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) }).end(text);
    };
    if (req.method === 'GET') {
      const shown = copies.get(id) ?? 0;
      send(200, { stock: stockAtFirst - shown }, { ETag: `"1.${shown + 1}"`, 'X-Cache': 'HIT' });
      return;
    }
    req.resume().once('end', () => {
      const now = before + 1;
      sold.set(id, now);
      if (now % renewEvery === 0) copies.set(id, now);
      send(201, { stockAfter: stockAtFirst - now });
    });
  });
};

describe('reads beside purchases', () => {
  const cache = join(root, 'node_modules', '.cache');
  let directory: string;
  let compiled: (source: string) => string;

  beforeAll(() => {
    mkdirSync(cache, { recursive: true });
    directory = mkdtempSync(join(cache, 'stale-reads-'));
    compiled = compileBench(root, directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const run = async (renewEvery: number, measureMs: number) => {
    const server = createShop(renewEvery);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const common: Omit<RequestSpec, 'method' | 'pathSuffix' | 'keyed' | 'body'> = {
      ...{ ports: [(server.address() as AddressInfo).port], connections: 4, ids, sweep: false },
      ...{ pathPrefix: '/api/v1/products/', headers: [], customers: ['X-Customer-Id: 1', 'X-Customer-Id: 2'] },
      order: 'random',
    };
    const buyers: BuyerSpec = {
      ...{ ...common, pathSuffix: '/purchase', keyed: true, body: '{"quantity":1}', perSecond },
      method: 'POST',
    };
    const readers: LoadSpec = {
      ...{ ...common, pathSuffix: '', keyed: false, body: null, expectedStatus: 200, watch: true },
      ...{ warmMs: 50, warmAnswersMin: 0, warmMsMax: 50, measureMs, cpuPids: {} },
      method: 'GET',
    };
    try {
      const { done, bought } = await whileBuying({ compiled }, buyers, deadlineMs, () =>
        askChild<LoadResult>(compiled('load/bench/generator.ts'), readers, deadlineMs),
      );
      if (done.reads === null) throw new Error('the reads were not watched');
      return { done, bought, verdict: judgeReads(done.reads, bought.sales, stockAtFirst) };
    } finally {
      server.close();
      server.closeAllConnections();
    }
  };

  type Seen = Awaited<ReturnType<typeof run>>;
  /** On a machine that is busy with other things little happens in a while, so the while grows until there was enough to judge by. */
  const untilEnough = async (renewEvery: number, isEnough: (seen: Seen) => boolean): Promise<Seen> => {
    for (const measureMs of [400, 2_000, 8_000]) {
      const seen = await run(renewEvery, measureMs);
      if (isEnough(seen)) return seen;
    }
    return run(renewEvery, 20_000);
  };

  it('when a shop shows what it has sold, then two processes find nothing stale among many reads', async () => {
    const { done, bought, verdict } = await untilEnough(
      1,
      (seen) => seen.verdict.bound > 100 || seen.verdict.stale > 0,
    );
    expect(verdict).toMatchObject({ stale: 0, faults: [] });
    expect(verdict.bound).toBeGreaterThan(100);
    expect(done.cacheStates).toEqual({ HIT: done.windowAnswers });
    expect(bought.sales.ids).toHaveLength(bought.statuses['201'] ?? 0);
    expect(bought.soldPerId.reduce((sum, count) => sum + count, 0)).toBe(bought.statuses['201']);
    expectInTime(bought.perSecond, 'purchases', 'a second').toBeLessThan(perSecond * 1.3);
  });
  it('when a shop shows copies that hear of purchases late, then it is found out', async () => {
    const { verdict } = await untilEnough(10, (seen) => seen.verdict.stale > 0);
    expect(verdict.stale).toBeGreaterThan(0);
  });
  it('when the work fails, then it is told and the buyers end', async () => {
    const server = createShop(1);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ports = [(server.address() as AddressInfo).port];
    const spec: BuyerSpec = {
      ...{ ports, connections: 1, ids, sweep: false, pathPrefix: '/api/v1/products/' },
      ...{ pathSuffix: '/purchase', headers: [], customers: [], keyed: false, body: '{}', perSecond },
      order: 'zipf',
      method: 'POST',
    };
    const gone = new Promise<void>((resolve) => {
      server.once('connection', (socket) => socket.once('close', () => resolve()));
    });
    const connected = new Promise<void>((resolve) => server.once('connection', () => resolve()));
    const failing = whileBuying({ compiled }, spec, deadlineMs, async () => {
      await connected;
      throw new Error('the readers failed');
    });
    await expect(failing).rejects.toThrow('the readers failed');
    await gone;
    server.close();
  });
});
