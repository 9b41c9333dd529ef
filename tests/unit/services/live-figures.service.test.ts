import { Histogram, Registry } from 'prom-client';
import { figures as schema } from '../../../src/schemas/figures.js';
import { createCacheMetrics } from '../../../src/services/cache-metrics.service.js';
import { createJobMetrics } from '../../../src/services/job-metrics.service.js';
import { createLiveFigures } from '../../../src/services/live-figures.service.js';
import { createMessagingMetrics } from '../../../src/services/messaging/messaging-metrics.js';
import { createHttpMetrics } from '../../../src/services/metrics.service.js';
import { createStockMetrics } from '../../../src/services/stock-metrics.service.js';

const purchase = '/api/v1/products/:id/purchase';

/** The registry as the wiring fills it. */
const createWorld = () => {
  const registry = new Registry();
  const clock = { ms: 0 };
  const asked = { outbox: 0 };
  const known = { isUp: true };
  const stock = createStockMetrics(registry);
  stock.watchQueue(() => ({ size: 7, ageMs: 12 }));
  const messaging = createMessagingMetrics(registry);
  messaging.watchOutbox(
    () => {
      asked.outbox++;
      if (!known.isUp) return Promise.reject(new Error('away'));
      return Promise.resolve({ count: 4, oldest: new Date(Date.now() - 60_000) });
    },
    () => true,
  );
  messaging.watchDepths(() =>
    known.isUp ? Promise.resolve({ events: new Map(), deadLetters: 2 }) : Promise.reject(new Error('away')),
  );
  createJobMetrics(registry).watchQueues({
    counts: () =>
      known.isUp
        ? Promise.resolve({ waiting: 1, delayed: 2, active: 3, failed: 4 })
        : Promise.reject(new Error('away')),
  });
  return {
    registry,
    clock,
    asked,
    known,
    stock,
    http: createHttpMetrics(registry),
    cache: createCacheMetrics(registry),
    figures: createLiveFigures({ registry, service: 'all', queueMax: 10_000, monotonicMs: () => clock.ms }),
  };
};

describe('live figures', () => {
  it('when nothing has happened, then everything is there at zero', async () => {
    const shown = await createWorld().figures.read();
    expect(() => schema.parse(shown)).not.toThrow();
    expect(shown).toMatchObject({
      process: { service: 'all' },
      purchases: { accepted: 0, replayed: 0, refused: { INSUFFICIENT_STOCK: 0 } },
      requests: { total: 0, errors: 0 },
      cache: { hits: 0, misses: 0, bypassed: 0 },
      queue: { depth: 7, max: 10_000, oldestMs: 12 },
    });
    expect(shown.latency.counts.reduce((sum, count) => sum + count, 0)).toBe(0);
  });

  it('when purchases and requests have been answered, then each counts once', async () => {
    const { stock, http, figures } = createWorld();
    for (const outcome of ['done', 'done', 'replayed', 'LIMIT_REACHED']) stock.outcome('purchase', outcome);
    stock.outcome('adjust', 'done');
    http.requestEnded('POST', purchase, 201, 0.004);
    http.requestEnded('POST', purchase, 409, 0.004);
    http.requestEnded('POST', purchase, 503, 30);
    http.requestEnded('GET', '/api/v1/products', 200, 0.004);
    figures.purchaseTook(4);
    figures.purchaseTook(20_000);
    const shown = await figures.read();
    expect(shown.purchases).toMatchObject({ accepted: 2, replayed: 1, refused: { LIMIT_REACHED: 1 } });
    expect(shown.requests).toEqual({ total: 4, errors: 1 });
    const { boundsMs, counts } = shown.latency;
    expect(counts).toHaveLength(boundsMs.length + 1);
    expect(boundsMs).toEqual([...boundsMs].sort((a, b) => a - b));
    expect(counts[boundsMs.indexOf(5)]).toBe(3);
    expect(counts.at(-1)).toBe(2);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  });

  it('when reads were answered from somewhere, then copies are hits, the database is a miss, and the rest went past', async () => {
    const { cache, figures } = createWorld();
    for (const layer of ['l1', 'l1', 'l2', 'database', 'bypass'] as const) cache.read('product', layer);
    expect((await figures.read()).cache).toEqual({ hits: 3, misses: 1, bypassed: 1 });
  });

  it('when many look, then servers are asked once in two seconds', async () => {
    const { clock, asked, figures } = createWorld();
    const [first] = await Promise.all([figures.read(), figures.read()]);
    expect(first.outbox?.pending).toBe(4);
    expect(first.outbox?.oldestMs).toBeGreaterThanOrEqual(60_000);
    expect(first.deadLetters).toBe(2);
    expect(first.jobs).toMatchObject({ waiting: expect.any(Number) as number });
    clock.ms = 1_999;
    await figures.read();
    expect(asked.outbox).toBe(1);
    clock.ms = 2_000;
    await figures.read();
    expect(asked.outbox).toBe(2);
  });

  it('when a server does not say, then that is null, and the rest is there', async () => {
    const { known, figures } = createWorld();
    known.isUp = false;
    expect(await figures.read()).toMatchObject({ outbox: null, deadLetters: null, jobs: null, queue: { depth: 7 } });
  });

  it('when a figure was never registered, then it counts as nothing', async () => {
    const registry = new Registry();
    new Histogram({ name: 'another', help: 'another', registers: [registry] });
    const shown = await createLiveFigures({ registry, service: 'all', queueMax: 1 }).read();
    expect(() => schema.parse(shown)).not.toThrow();
    expect(shown).toMatchObject({
      outbox: null,
      deadLetters: null,
      jobs: null,
    });
  });
});
