import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import { createRabbitBus } from '../../../src/services/messaging/rabbit-bus.js';
import { expectInTime } from '../../helpers/in-time.js';
import { silent } from '../../helpers/messaging.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { describeRabbit, freshPrefix, openRabbit, rabbitPort, rabbitUrl } from '../../helpers/rabbit.js';
import { outboxOf } from '../../helpers/relay.js';
import { person, spawnShop, startShop, type Shop, type SpawnedShop } from '../../helpers/shop.js';
import { startTcpProxy } from '../../helpers/tcp-proxy.js';
import { waitFor } from '../../helpers/wait-for.js';

jest.setTimeout(240_000);

describeRabbit('the service with RabbitMQ', () => {
  describeMongo('and MongoDB', () => {
    const database = freshDatabase();
    const prefix = freshPrefix('watch');
    let connection: Connection;
    /** The newest level of each product that a consumer outside has been told of. */
    const levels = new Map<string, { seq: number; stock: number }>();
    let stopWatching = (): Promise<void> => Promise.resolve();

    beforeAll(async () => {
      connection = await database.connect();
      const rabbit = await openRabbit();
      const bus = createRabbitBus({ rabbit, prefix, ...silent });
      const consumer = bus.consume({
        queue: 'watch',
        bindings: ['stock.changed', 'product.created'],
        prefetch: 50,
        handle: ({ data }) => {
          for (const { productId, seq, stock } of 'changes' in data ? data.changes : [data]) {
            if (seq > (levels.get(productId)?.seq ?? 0)) levels.set(productId, { seq, stock });
          }
          return Promise.resolve();
        },
      });
      await waitFor(consumer.isLive);
      stopWatching = async () => {
        await bus.close();
        await rabbit.close();
      };
    });
    /** Ended whatever comes of their test. */
    const spawned: SpawnedShop[] = [];
    const spawn = async (env: Readonly<Record<string, string>>) => {
      const shop = await spawnShop(database.uri, env);
      spawned.push(shop);
      return shop;
    };
    afterAll(async () => {
      await Promise.all(spawned.map((shop) => shop.close()));
      await stopWatching();
    });

    const isDrained = async () => (await outboxOf(connection).countDocuments()) === 0;
    const stateOf = async (shop: Shop): Promise<Record<string, { state: string }>> => {
      const answer = await (await fetch(`${shop.url}/readyz`)).json();
      return (answer as { data: { dependencies: Record<string, { state: string }> } }).data.dependencies;
    };

    it('when the broker is away at the start, then the service starts and sells, says so, and tells of it later', async () => {
      const proxy = await startTcpProxy(rabbitPort);
      proxy.refuse();
      const url = new URL(rabbitUrl);
      url.port = String(proxy.port);
      const shop = await startShop(database.uri, { env: { RABBITMQ_URL: url.href, RABBITMQ_PREFIX: prefix } });
      const product = await shop.stocked(10);
      const bought = await shop.client.buy(product.id, { token: person().token });
      expect(bought.status).toBe(201);
      expect(await stateOf(shop)).toMatchObject({ rabbitmq: { state: 'down', required: false } });
      expect(await isDrained()).toBe(false);
      const metrics = async () => (await fetch(`${shop.url}/metrics`)).text();
      await waitFor(async () => /^relay_leader 1$/m.test(await metrics()), { what: 'the lease of the relay' });
      // It looks for the first time when it holds the lease, and is asked at any moment.
      await waitFor(async () => /^outbox_backlog [1-9]/m.test(await metrics()), { what: 'the backlog of the outbox' });

      proxy.heal();
      await waitFor(() => levels.get(product.id)?.seq === 2);
      expect(levels.get(product.id)).toEqual({ seq: 2, stock: 9 });
      await waitFor(isDrained);
      // It publishes and consumes over a connection each, which come back independently.
      const isUp = async () => (await stateOf(shop))['rabbitmq']?.state === 'up';
      await waitFor(isUp, { what: 'both connections' });
      expect(await metrics()).toMatch(/^events_published_total\{type="stock.changed",outcome="published"\} 1$/m);
      await shop.close();
      await proxy.stop();
    });

    it('when the process that relays is killed under load, then another goes on within seconds, and every last level arrives', async () => {
      const env = { RABBITMQ_URL: rabbitUrl, RABBITMQ_PREFIX: prefix };
      const killed = await spawn(env);
      const products = await Promise.all([1, 2, 3].map(() => killed.stocked(1_000_000)));
      await waitFor(isDrained);
      const other = await spawn(env);
      let isOver = false;
      const buyer = async (shop: Shop, id: string) => {
        while (!isOver) {
          const answer = await shop.client.buy(id, { token: person().token }).catch(() => undefined);
          if (answer === undefined) return;
        }
      };
      const buyers = [killed, other].flatMap((shop) => products.map(({ id }) => buyer(shop, id)));
      await waitFor(() => products.every(({ id }) => (levels.get(id)?.seq ?? 0) > 20));
      const exited = killed.service.stop('SIGKILL');
      await exited;
      const before = new Map(levels);
      const killedMs = performance.now();
      await waitFor(() => products.every(({ id }) => (levels.get(id)?.seq ?? 0) > (before.get(id)?.seq ?? 0) + 5), {
        what: 'events of the other process',
      }).finally(() => (isOver = true));
      const tookMs = performance.now() - killedMs;
      await Promise.all(buyers);
      await waitFor(isDrained);
      for (const { id } of products) {
        const stored = await connection
          .collection<{ _id: string; seq: number; stock: number }>('products')
          .findOne({ _id: id });
        await waitFor(() => levels.get(id)?.seq === stored?.seq);
        expect(levels.get(id)).toEqual({ seq: stored?.seq, stock: stored?.stock });
      }
      expectInTime(tookMs, 'events of the other process').toBeLessThan(8_000);
    });
  });
});
