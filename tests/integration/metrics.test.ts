import { jest } from '@jest/globals';
import { metricCatalogue } from '../../scripts/metric-catalogue.js';
import { metricsOf, type Sample } from '../helpers/metrics-text.js';
import { waitInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { queries } from '../helpers/observability.js';
import { orderCalls } from '../helpers/orders.js';
import { parseQuery, type Selector } from '../helpers/promql.js';
import { describeRabbit, freshPrefix, rabbitUrl } from '../helpers/rabbit.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { operator, person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

jest.setTimeout(240_000);

/** What Prometheus adds by itself. */
const ofTheScrape = new Set(['job', 'instance', 'service']);
const known = new Map(
  metricCatalogue().flatMap(({ metrics }) => metrics.map((metric) => [metric.name, metric] as const)),
);
const selectors = queries.flatMap(({ expr }) => parseQuery(expr).selectors).filter(({ metric }) => metric !== 'up');

/** What a matcher names outright: `a` of `="a"`, `a` and `b` of `=~"a|b"`, nothing of patterns. */
const namedBy = ({ operator: how, value }: Selector['matchers'][number]): string[] =>
  how === '=' ? [value] : /^[\w|-]+$/.test(value) ? value.split('|') : [];

/** What dashboards and alerts look for and do not find. */
const missingFrom = (samples: readonly Sample[]): string[] => {
  const byName = new Map<string, Sample[]>();
  for (const sample of samples) byName.set(sample.name, [...(byName.get(sample.name) ?? []), sample]);
  const missing = selectors.flatMap(({ metric, matchers }) => {
    const found = byName.get(metric) ?? [];
    if (found.length === 0) return [metric];
    return matchers
      .filter(({ label }) => !ofTheScrape.has(label))
      .flatMap((matcher) => namedBy(matcher).map((value) => ({ label: matcher.label, value })))
      .filter(({ label, value }) => !found.some(({ labels }) => labels[label] === value))
      .map(({ label, value }) => `${metric}{${label}="${value}"}`);
  });
  return [...new Set(missing)];
};

/** Metrics are collected when garbage is, and a histogram that has seen none has no series. */
const makeGarbage = (): number => Array.from({ length: 200_000 }, (_, index) => ({ index })).length;

describeMongo('metrics', () => {
  describeRabbit('of a service with RabbitMQ', () => {
    describeRedis('and Redis', () => {
      const products = freshDatabase();
      const orders = freshDatabase();
      const prefix = freshPrefix('stock.orders', 'orders.outcomes', 'orders.accounts');
      let redis: TestRedis;
      let productShop: LocalShop;
      let orderShop: LocalShop;

      beforeAll(async () => {
        redis = await startRedis();
        const env = {
          REDIS_URL: redis.url,
          RABBITMQ_URL: rabbitUrl,
          RABBITMQ_PREFIX: prefix,
          RATE_LIMIT_PER_MINUTE: '100000',
          LOGIN_LIMIT_PER_MINUTE: '100',
        };
        productShop = await startShop(products.uri, { env: { ...env, SERVICE: 'products' } });
        const ofOrders = { ...env, SERVICE: 'orders', PRODUCT_SERVICE_URL: productShop.url };
        orderShop = await startShop(orders.uri, { env: ofOrders });
        await drive();
      });
      afterAll(async () => {
        await orderShop.close();
        await productShop.close();
        await redis.stop();
      });

      /** A little of everything that can be asked for. */
      const drive = async (): Promise<void> => {
        const { client, manager, stocked } = productShop;
        const { token } = person();
        const { id } = await stocked(5);
        await client.buy(id, { token });
        expect((await client.buy(id, { token, body: { quantity: 1_000 } })).error.code).toBe('INSUFFICIENT_STOCK');
        await client.api('GET', `/products/${id}`);
        await client.api('GET', `/products/${id}/audit`, { token: manager.token });
        await client.api('POST', '/auth/login', { body: { ...operator, password: 'not this one' } });
        const signedIn = await client.api('POST', '/auth/login', { body: operator });
        expect(signedIn.status).toBe(200);
        const { place, settled } = orderCalls(orderShop.client);
        const placed = await place({ token, body: { productId: id, quantity: 1 } });
        expect(placed.status).toBe(201);
        expect((await settled(placed.data.id, token)).status).toBe('confirmed');
      };

      const look = async () => {
        const [one, other] = await Promise.all([metricsOf(productShop.url), metricsOf(orderShop.url)]);
        return { samples: [...one.samples, ...other.samples], types: new Map([...one.types, ...other.types]) };
      };

      it('when somebody looks, then exactly what docs/metrics.md lists is shown, each of its type', async () => {
        const { types } = await look();
        const listed = [...known.values()].map(({ name, type }) => `${name} ${type}`);
        expect([...types].map(([name, type]) => `${name} ${type}`).sort()).toEqual(listed.sort());
      });

      it('when series are shown, then they have the labels that are listed', async () => {
        const { samples } = await look();
        const strange = samples.filter(({ name, labels }) => {
          const metric = known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, ''));
          return !Object.keys(labels).every((label) => label === 'le' || metric?.labels.includes(label));
        });
        expect(strange).toEqual([]);
      });

      it('when dashboards and alerts ask, then every series is there, with each value that they name', async () => {
        expect(selectors.length).toBeGreaterThan(100);
        let missing: string[] = [];
        await waitFor(
          async () => {
            makeGarbage();
            missing = missingFrom((await look()).samples);
            return missing.length === 0;
          },
          { deadlineMs: 60_000, intervalMs: 100 },
        ).catch(() => undefined);
        expect(missing).toEqual([]);
      });

      it('when a purchase is made, then the ledger, its units and MongoDB are counted', async () => {
        const valueOf = (samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>>) =>
          samples
            .filter((sample) => sample.name === name)
            .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
            .reduce((sum, { value }) => sum + value, 0);
        const product = await productShop.stocked(10);
        const before = (await metricsOf(productShop.url)).samples;
        const bought = await productShop.client.buy(product.id, { token: person().token, body: { quantity: 3 } });
        expect(bought.status).toBe(201);
        const after = (await metricsOf(productShop.url)).samples;
        const growth = (name: string, labels: Readonly<Record<string, string>> = {}) =>
          valueOf(after, name, labels) - valueOf(before, name, labels);
        expect(growth('ledger_lines_total', { type: 'sale' })).toBe(1);
        expect(growth('units_sold_total', { way: 'sold' })).toBe(3);
        expect(growth('purchases_total', { outcome: 'done' })).toBe(1);
        expect(growth('stock_commands_total', { kind: 'purchase', outcome: 'done' })).toBe(1);
        expect(growth('mongodb_command_seconds_count', { command: 'commitTransaction' })).toBeGreaterThanOrEqual(1);
        expect(valueOf(after, 'mongodb_pool_connections', {})).toBeGreaterThanOrEqual(1);
        expect(growth('mongodb_pool_wait_seconds_count')).toBeGreaterThanOrEqual(1);
      });

      it('when it runs, then it says that it is ready and what it reaches', async () => {
        const upIn = (samples: readonly Sample[]) => samples.filter(({ name }) => name === 'dependency_up');
        // Where this machine gives Redis no time for a moment, the cache says so, for as long as that lasts.
        const { samples } = await waitInTime(async () => {
          const seen = await metricsOf(productShop.url);
          return upIn(seen.samples).every(({ value }) => value === 1) ? seen : undefined;
        }, 'all that it leans on');
        expect(
          upIn(samples)
            .map(({ labels, value }) => [labels['dependency'], labels['required'], value])
            .sort(),
        ).toEqual([
          ['feed', 'true', 1],
          ['jobs', 'false', 1],
          ['mongodb', 'true', 1],
          ['rabbitmq', 'false', 1],
          ['redis', 'false', 1],
        ]);
        expect(samples).toContainEqual({ name: 'service_ready', labels: {}, value: 1 });
      });
    });
  });
});
