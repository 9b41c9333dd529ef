import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import type { OrderView } from '../../src/schemas/order.js';
import { auditClean } from '../helpers/audit-clean.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { messagesGone, orderCalls, type OrderCalls } from '../helpers/orders.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { describeRabbit, freshPrefix, rabbitPort, rabbitUrl } from '../helpers/rabbit.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.js';
import { waitFor } from '../helpers/wait-for.js';

const long = process.env['LONG'] === '1';
const cutOffMs = long ? 30_000 : 3_000;
const drainMsMax = 60_000;
const buyersAtOnce = 8;
/** One call, with what its client waits for an answer. */
const callMsMax = 100_000;
/** More than all waits of a test together, so that it is they that say what did not come about. */
jest.setTimeout(cutOffMs + 5 * drainMsMax + 3 * callMsMax);

/** What `task` brings, or a failure that names it. */
const inTime = async <T>(what: string, ms: number, task: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come about within ${ms} ms`)), ms);
  });
  return Promise.race([task, late]).finally(() => clearTimeout(timer));
};

describeMongo('orders between two services', () => {
  describeRabbit('with a disturbed line', () => {
    const productsDatabase = freshDatabase();
    const ordersDatabase = freshDatabase();
    const prefix = freshPrefix('stock.orders', 'orders.outcomes', 'orders.accounts');
    let brokerLine: TcpProxy;
    let productLine: TcpProxy;
    let products: LocalShop;
    let ordersShop: LocalShop;
    let orders: OrderCalls;
    let connections: { products: Connection; orders: Connection };

    beforeAll(async () => {
      brokerLine = await startTcpProxy(rabbitPort);
      const broker = new URL(rabbitUrl);
      broker.port = String(brokerLine.port);
      const env = { RABBITMQ_URL: broker.href, RABBITMQ_PREFIX: prefix };
      products = await startShop(productsDatabase.uri, { env: { ...env, SERVICE: 'products' } });
      productLine = await startTcpProxy(Number(new URL(products.url).port));
      const PRODUCT_SERVICE_URL = `http://127.0.0.1:${productLine.port}`;
      ordersShop = await startShop(ordersDatabase.uri, { env: { ...env, SERVICE: 'orders', PRODUCT_SERVICE_URL } });
      orders = orderCalls(ordersShop.client);
      connections = { products: await productsDatabase.connect(), orders: await ordersDatabase.connect() };
    });
    afterAll(async () => {
      await inTime('the end of the order service', callMsMax, ordersShop.close());
      await inTime('the end of the product line', callMsMax, productLine.stop());
      await inTime('the end of the product service', callMsMax, products.close());
      await inTime('the end of the line to the broker', callMsMax, brokerLine.stop());
    });

    const customer = person();
    const order = (productId: string, quantity = 1) =>
      orders.place({ token: customer.token, body: { productId, quantity } });
    const stored = () => connections.orders.collection('orders').countDocuments();

    it('when the product service cannot be reached, then it answers 503, stores nothing, and goes on once it can', async () => {
      const product = await products.stocked(10);
      const before = await stored();
      productLine.refuse();

      const refused = [await order(product.id), await order(product.id), await order(product.id)];
      productLine.heal();
      const late = await waitFor(
        async () => {
          const answer = await order(product.id);
          return answer.status === 201 && answer;
        },
        { what: 'an order' },
      );

      expect(refused.map(({ status, error }) => [status, error.code])).toEqual(refused.map(() => [503, 'UNAVAILABLE']));
      expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
      expect(late && late.status).toBe(201);
      expect(await stored()).toBe(before + 1);
    });

    it('when the product service does not answer, then each order is told so in bounded time', async () => {
      const product = await products.stocked(10);
      const before = await stored();
      productLine.hold();
      const startMs = performance.now();

      const refused = await Promise.all([order(product.id), order(product.id)]);
      const tookMs = performance.now() - startMs;
      const quickMs = performance.now();
      await order(product.id);
      const knownDownMs = performance.now() - quickMs;
      productLine.heal();

      expect(refused.map(({ status }) => status)).toEqual([503, 503]);
      expect(await stored()).toBe(before);
      await waitFor(async () => (await order(product.id)).status === 201, { what: 'an order' });
      expectInTime(tookMs, 'the refusal of who comes first').toBeLessThan(5_000);
      expectInTime(knownDownMs, 'the refusal of who comes later').toBeLessThan(tookMs);
    });

    it('when the broker is cut off under load, then orders and purchases go on, and each order ends once it is back', async () => {
      const product = await products.stocked(1_000_000);
      const placed: OrderView[] = [];
      const cancelled = new Set<string>();
      const answers: { status: number }[] = [];
      let bought = 0;
      let on = true;
      const orderOn = async () => {
        while (on) {
          const { status, data } = await order(product.id, 2);
          answers.push({ status });
          if (status !== 201) continue;
          placed.push(data);
          if (placed.length % 5 > 0) continue;
          await patiently(() => orders.cancel(data.id, { token: customer.token }));
          cancelled.add(data.id);
        }
      };
      const buyOn = async () => {
        while (on) {
          const { status } = await products.client.buy(product.id, { token: customer.token, body: {} });
          answers.push({ status });
          if (status === 201) bought++;
        }
      };
      const load = Promise.all([...Array.from({ length: buyersAtOnce }, orderOn), buyOn()]);
      // Whoever fails ends the load for all; what it was is said when the load is waited for.
      load.catch(() => (on = false));
      try {
        await waitFor(() => placed.length > 20, { deadlineMs: drainMsMax, what: 'load' });
        brokerLine.refuse();
        const cutAt = { placed: placed.length, bought };
        await sleep(cutOffMs);
        await waitFor(() => placed.length > cutAt.placed && bought > cutAt.bought, {
          deadlineMs: drainMsMax,
          what: 'orders and purchases without the broker',
        });
      } finally {
        brokerLine.heal();
        on = false;
        await inTime('the end of the load', callMsMax, load);
      }
      expectNobodyTurnedAway(answers);
      await waitFor(
        async () => (await connections.orders.collection('orders').countDocuments({ status: 'pending' })) === 0,
        { deadlineMs: drainMsMax, what: 'the end of every order' },
      );
      await messagesGone(connections.orders, drainMsMax);
      const kept = placed.filter(({ id }) => !cancelled.has(id)).length;
      await waitFor(async () => (await products.client.product(product.id)).data.sold === kept * 2 + bought, {
        deadlineMs: drainMsMax,
        what: 'the units of all orders',
      });

      expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
      const ended = await connections.orders
        .collection('orders')
        .aggregate<{ _id: string; n: number }>([
          { $match: { 'items.productId': product.id } },
          { $group: { _id: '$status', n: { $sum: 1 } } },
        ])
        .toArray();
      expect(Object.fromEntries(ended.map(({ _id, n }) => [_id, n]))).toEqual({
        confirmed: kept,
        cancelled: cancelled.size,
      });
      await auditClean(products, connections.products, product.id, { sawAll: false });
    });
  });
});
