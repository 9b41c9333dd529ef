import { jest } from '@jest/globals';
import { metricsOf } from '../helpers/metrics-text.js';
import { describeMongo, startMongod, type TestMongod } from '../helpers/mongo.js';
import { patiently } from '../helpers/patiently.js';
import { operator, person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

jest.setTimeout(400_000);

describeMongo('what is seen of a MongoDB that is away', () => {
  let mongod: TestMongod;
  let shop: LocalShop;
  beforeAll(async () => {
    mongod = await startMongod();
    shop = await startShop(mongod.uri('seen'));
  });
  afterAll(async () => {
    await shop.close();
    await mongod.stop();
  });

  /** Without a sample, or with one that is no number, undefined. */
  const valueOf = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> => {
    const { samples } = await metricsOf(shop.url);
    const found = samples.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return found === undefined || Number.isNaN(found.value) ? undefined : found.value;
  };

  it('when it is killed, then kept reads are served, the rest is 503, metrics say so, and all of it ends with its return', async () => {
    const { api, buy } = shop.client;
    const { token } = person();
    const { id } = await shop.stocked(10);
    const read = () => api('GET', `/products/${id}`);
    await waitFor(async () => (await read()).headers['x-cache'] === 'HIT', { what: 'a copy of the product' });
    // Asked within half a second each, so a busy machine may not have said.
    await waitFor(async () => (await valueOf('dependency_up', { dependency: 'mongodb' })) === 1, { what: 'up' });
    await waitFor(async () => ((await valueOf('outbox_backlog')) ?? -1) >= 0, { what: 'a backlog' });

    await mongod.kill();
    const [kept, past, bought, signedIn] = await Promise.all([
      read(),
      api('GET', `/products/${id}`, { headers: { 'cache-control': 'no-cache' } }),
      buy(id, { token }),
      api('POST', '/auth/login', { body: operator }),
    ]);
    expect([kept.status, kept.headers['x-cache']]).toEqual([200, 'HIT']);
    expect([past, bought, signedIn].map(({ status, error }) => [status, error.code])).toEqual(
      Array.from({ length: 3 }, () => [503, 'UNAVAILABLE']),
    );
    for (const { headers } of [past, bought, signedIn])
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await fetch(`${shop.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${shop.url}/healthz`)).status).toBe(200);
    const isUp = () => valueOf('dependency_up', { dependency: 'mongodb', required: 'true' });
    await waitFor(async () => (await isUp()) === 0, { what: 'down' });
    // The last number would hide the outage.
    expect(await valueOf('outbox_backlog')).toBeUndefined();
    expect(await valueOf('dead_letters')).toBeUndefined();
    expect(await valueOf('http_errors_total', { code: 'UNAVAILABLE' })).toBeGreaterThanOrEqual(3);
    await waitFor(async () => ((await valueOf('mongodb_pool_cleared_total')) ?? 0) >= 1, { what: 'a cleared pool' });

    await mongod.restart();
    await waitFor(async () => (await buy(id, { token })).status === 201, {
      deadlineMs: 60_000,
      what: 'the first sale',
    });
    await waitFor(async () => (await valueOf('dependency_up', { dependency: 'mongodb' })) === 1);
    await waitFor(async () => (await valueOf('outbox_backlog')) !== undefined);
    const audited = await patiently(() => shop.client.audit(id, { token: shop.manager.token }));
    expect(audited.data.consistent).toBe(true);
  });
});
