import type { Connection } from 'mongoose';
import type { OrderStep } from '../../src/models/order-step.js';
import { describeMongo } from '../helpers/mongo.js';
import { startOrderers } from '../helpers/orderers.js';
import { messagesGone } from '../helpers/orders.js';
import { describeRabbit, rabbitUrl } from '../helpers/rabbit.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { spawnShop, type SpawnedShop } from '../helpers/shop.js';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.js';
import { twoServiceNames } from '../helpers/two-services.js';
import { waitFor } from '../helpers/wait-for.js';

/** In each round both services are killed, the one here, the other there. */
interface Round {
  orders: OrderStep | 'order-commit-sent';
  products: OrderStep;
}
type ServiceName = keyof Round;

const rounds: readonly Round[] = [
  { orders: 'order-placed', products: 'stock-taken' },
  { orders: 'outcome-followed', products: 'refusal-kept' },
];
const moreRounds: readonly Round[] = [
  { orders: 'order-inserted', products: 'refusal-noted' },
  { orders: 'order-key-inserted', products: 'stock-given-back' },
  { orders: 'order-noted', products: 'stock-taken' },
  { orders: 'order-commit-sent', products: 'refusal-kept' },
  { orders: 'outcome-heard', products: 'refusal-noted' },
  { orders: 'order-cancelled', products: 'stock-given-back' },
  { orders: 'cancel-noted', products: 'stock-taken' },
  { orders: 'cancel-key-inserted', products: 'refusal-kept' },
  { orders: 'cancel-placed', products: 'stock-given-back' },
];
const all = process.env['LONG'] === '1' ? [...rounds, ...moreRounds] : rounds;

const deathMsMax = 60_000;
const roundMsMax = 600_000;

describeMongo(`two services killed between two statements of an order (seed ${seed})`, () => {
  describeRabbit('over RabbitMQ', () => {
    const { productsDatabase, ordersDatabase, prefix } = twoServiceNames();
    const shops = new Map<ServiceName, SpawnedShop>();
    const connections = new Map<ServiceName, Connection>();
    /** The order service knows one address of the product service, which has another port after each restart. */
    let productLine: TcpProxy;
    let placedBefore = 0;

    const shopOf = (name: ServiceName): SpawnedShop => {
      const shop = shops.get(name);
      if (!shop) throw new Error(`there is no ${name}`);
      return shop;
    };
    const connectionOf = (name: ServiceName): Connection => {
      const connection = connections.get(name);
      if (!connection) throw new Error(`there is no database of ${name}`);
      return connection;
    };

    const start = async (name: ServiceName, step: string): Promise<void> => {
      const database = name === 'orders' ? ordersDatabase : productsDatabase;
      const env = {
        RABBITMQ_URL: rabbitUrl,
        RABBITMQ_PREFIX: prefix,
        SERVICE: name,
        PRODUCT_SERVICE_URL: `http://127.0.0.1:${productLine.port}`,
        CRASH_STEP: step,
      };
      const shop = await spawnShop(database.uri, env, ['tests/helpers/crash-server.ts']);
      shops.set(name, shop);
      if (name === 'products') productLine.aim(Number(new URL(shop.url).port));
    };

    beforeAll(async () => {
      productLine = await startTcpProxy(1);
      connections.set('products', await productsDatabase.connect()).set('orders', await ordersDatabase.connect());
      const [first] = all;
      if (!first) throw new Error('there are no rounds');
      await Promise.all([start('products', first.products), start('orders', first.orders)]);
    }, 400_000);
    let abandon = (): void => undefined;
    afterEach(() => abandon());
    afterAll(async () => {
      await Promise.all([...shops.values()].map((shop) => shop.close()));
      await productLine.stop();
    });

    /** Has it die at its step, and starts it again, armed for the next. */
    const fallAndRise = async (name: ServiceName, step: string, next: string): Promise<void> => {
      const { service, client } = shopOf(name);
      service.child.kill('SIGUSR2');
      const exit = await waitFor(() => service.child.exitCode ?? service.child.signalCode, {
        deadlineMs: deathMsMax,
        what: `the death of ${name} at ${step}`,
      });
      expect(exit).toBe('SIGKILL');
      client.close();
      await start(name, next);
    };

    it.each(all.map((round, index) => ({ ...round, next: all[index + 1] ?? round, index })))(
      'when orders die at "$orders" and products at "$products" (case $index), then each order ends once, and its units are where its end says',
      async ({ orders, products, next, index }) => {
        const product = await shopOf('products').stocked(1_000_000);
        const soldOut = await shopOf('products').stocked(0);
        const orderers = startOrderers({
          shop: () => shopOf('products'),
          orderShop: () => shopOf('orders'),
          productId: product.id,
          soldOutId: soldOut.id,
          seed: seed + index,
        });
        abandon = orderers.abandon;
        await waitFor(() => orderers.placed() > 5, { deadlineMs: deathMsMax, what: 'orders' });

        await Promise.all([
          fallAndRise('orders', orders, next.orders),
          fallAndRise('products', products, next.products),
        ]);
        const before = orderers.placed();
        await waitFor(() => orderers.placed() > before + 5, {
          deadlineMs: deathMsMax,
          what: 'orders after the restarts',
        });

        const figures = await orderers.check(connectionOf('products'));
        await messagesGone(connectionOf('orders'));
        await messagesGone(connectionOf('products'));
        report(`${orders}, ${products}`, figures);
        const kept = connectionOf('orders').collection('orders');
        expect(await kept.countDocuments({ status: 'pending' })).toBe(0);
        expect(await kept.countDocuments()).toBe(placedBefore + figures.ordered);
        placedBefore += figures.ordered;
      },
      roundMsMax,
    );
  });
});
