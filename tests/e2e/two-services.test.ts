import { jest } from '@jest/globals';
import { newId } from '../../src/utils/uuid.js';
import { accountCalls, type Account } from '../helpers/accounts.js';
import { auditClean } from '../helpers/audit-clean.js';
import { describeMongo } from '../helpers/mongo.js';
import { describeRabbit } from '../helpers/rabbit.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { report } from '../helpers/report.js';
import { customers, person } from '../helpers/shop.js';
import { spawnTwoServices, twoServiceNames, type TwoServices } from '../helpers/two-services.js';
import { waitFor } from '../helpers/wait-for.js';

// Each wait has a deadline of its own; this is more than those of any test.
jest.setTimeout(400_000);

describeMongo('two services', () => {
  describeRabbit('over RabbitMQ', () => {
    const names = twoServiceNames();
    let both: TwoServices;
    beforeAll(async () => {
      both = await spawnTwoServices(names);
    }, 300_000);
    afterAll(() => both.close());

    const customer = person();
    const stockOf = async (id: string): Promise<number> => (await both.products.client.product(id)).data.stock;
    const audit = (id: string) => auditClean(both.products, both.connections.products, id, { sawAll: false });

    it('when an order is placed, confirmed and cancelled, then the stock falls and comes back, and the lists follow', async () => {
      const { orders, products } = both;
      const product = await products.stocked(10, { name: 'Kettle', price: 250 });
      const list = () => orders.ofProduct(product.id, { token: customer.token });

      const order = { token: customer.token, key: newId(), body: { productId: product.id, quantity: 4 } };
      const placed = await patiently(() => orders.place(order));
      const settled = await orders.settled(placed.data.id, customer.token);
      const stock = await stockOf(product.id);
      const before = await list();
      // The end of the order may still be on its way through the cache when the first list comes.
      const kept = await waitFor(
        async () => {
          const answer = await list();
          return answer.headers['x-cache'] === 'HIT' && answer;
        },
        { what: 'a list from the cache' },
      );
      const cancelled = await patiently(() => orders.cancel(placed.data.id, { token: customer.token }));
      const after = await list();
      expectNobodyTurnedAway([before, after]);

      expect([placed.status, placed.data.status, settled.status, stock]).toEqual([201, 'pending', 'confirmed', 6]);
      expect([before.headers['x-cache'], before.data[0]?.status]).toEqual(['MISS', 'confirmed']);
      expect(kept && kept.data[0]?.status).toBe('confirmed');
      expect([cancelled.status, cancelled.data.status]).toEqual([200, 'cancelled']);
      expect([after.headers['x-cache'], after.data[0]?.status]).toEqual(['MISS', 'cancelled']);
      await waitFor(async () => (await stockOf(product.id)) === 10, { what: 'the stock' });
      const lines = await audit(product.id);
      expect(lines.map(({ type, delta }) => [type, delta])).toEqual([
        ['initial', 10],
        ['sale', -4],
        ['cancel', 4],
      ]);
    });

    it('when each is asked for what is the other’s, then there is no such route', async () => {
      const { orders, products, ordersShop } = both;

      const answers = [
        await products.client.api('GET', '/orders', { token: customer.token }),
        await ordersShop.client.api('GET', '/products'),
        await ordersShop.client.api('POST', '/auth/login', { body: {} }),
        await orders.place({ body: { productId: newId(), quantity: 1 } }),
        await orders.place({ token: 'none', body: { productId: newId(), quantity: 1 } }),
        await orders.place({ token: customer.token, body: { productId: newId(), quantity: 1 } }),
      ];

      expectNobodyTurnedAway(answers);
      expect(answers.map(({ status, error }) => [status, error.code])).toEqual([
        [404, 'ROUTE_NOT_FOUND'],
        [404, 'ROUTE_NOT_FOUND'],
        [404, 'ROUTE_NOT_FOUND'],
        [401, 'UNAUTHENTICATED'],
        [401, 'UNAUTHENTICATED'],
        [404, 'NOT_FOUND'],
      ]);
    });

    it('when a request names its id, then the product service logs its check under the same id', async () => {
      const product = await both.products.stocked(1);
      const requestId = `trace-${newId()}`;

      const order = {
        token: customer.token,
        body: { productId: product.id, quantity: 1 },
        headers: { 'x-request-id': requestId },
      };
      const { headers } = await patiently(() => both.orders.place(order));

      expect(headers['x-request-id']).toBe(requestId);
      const linesOf = (text: string) => text.split('\n').filter((line) => line.includes(requestId));
      await waitFor(() => linesOf(both.products.service.stdout()).some((line) => line.includes(product.id)), {
        what: 'the line of the product service',
      });
      const checkOf = () =>
        linesOf(both.ordersShop.service.stdout()).find(
          (line) => line.includes('product check') && line.includes('found'),
        );
      await waitFor(() => checkOf() !== undefined, { what: 'the line of the order service' });
      const check = checkOf();
      expect(JSON.parse(check ?? '{}')).toMatchObject({ productId: product.id, outcome: 'found' });
    });

    it('when both are asked how they are, then each says what it leans on and has figures of its own', async () => {
      const [products, orders] = await Promise.all(
        [both.products, both.ordersShop].map(async ({ client }) => {
          const { data } = await patiently(() => client.send('GET', '/readyz'));
          return data;
        }),
      );

      expect(products).toMatchObject({ dependencies: { mongodb: { state: 'up' }, rabbitmq: { state: 'up' } } });
      expect(orders).toMatchObject({ dependencies: { mongodb: { state: 'up' }, rabbitmq: { state: 'up' } } });
      const text = await fetch(`${both.ordersShop.url}/metrics`).then((answer) => answer.text());
      expect(text).toMatch(/^product_check_seconds_count\{outcome="found"\} [1-9]/m);
      expect(text).not.toMatch(/^stock_queue_length/m);
    });

    it('when an account is disabled, or its session is ended, then the order service hears of it and refuses its tokens', async () => {
      const { products, ordersShop } = both;
      const accounts = accountCalls(products.client);
      const admin = await accounts.operator();
      const [disabled, leaving, staying] = [
        await accounts.newcomer(),
        await accounts.newcomer(),
        await accounts.newcomer(),
      ];
      const statusOf = async ({ accessToken: token }: Account) =>
        (await patiently(() => ordersShop.client.api('GET', '/orders', { token }))).status;
      const people = [disabled, leaving, staying];
      expect(await Promise.all(people.map(statusOf))).toEqual([200, 200, 200]);

      const sinceMs = performance.now();
      await patiently(() => products.client.api('POST', '/auth/logout', { token: leaving.accessToken }));
      await patiently(() => accounts.patch(disabled.user.id, { disabled: true }, admin.accessToken));
      await waitFor(async () => (await statusOf(disabled)) === 401 && (await statusOf(leaving)) === 401, {
        what: 'the refusal of the order service',
      });
      report('refused by the order service', { afterMs: Math.round(performance.now() - sinceMs) });

      expect(await statusOf(staying)).toBe(200);
      const product = await products.stocked(1);
      const order = { token: disabled.accessToken, body: { productId: product.id, quantity: 1 } };
      const placed = await patiently(() => both.orders.place(order));
      expect([placed.status, placed.error.code]).toEqual([401, 'UNAUTHENTICATED']);
    });

    it('when 100 order more than there is, then each order ends, and what is confirmed is what left', async () => {
      const product = await both.products.stocked(150);
      const buyers = customers(100);

      const ends = await Promise.all(
        buyers.map(async ({ token }) => {
          const call = { token, key: newId(), body: { productId: product.id, quantity: 2 } };
          const { data } = await patiently(() => both.orders.place(call));
          return both.orders.settled(data.id, token, 90_000);
        }),
      );

      const count = (status: string) => ends.filter((order) => order.status === status).length;
      expect({ confirmed: count('confirmed'), rejected: count('rejected') }).toEqual({ confirmed: 75, rejected: 25 });
      expect(ends.find(({ status }) => status === 'rejected')?.reason).toBe('INSUFFICIENT_STOCK');
      expect(await stockOf(product.id)).toBe(0);
      await audit(product.id);
    });

    it('when orders are cancelled while their stock is being taken, then it all goes back, once', async () => {
      const product = await both.products.stocked(100);
      const buyers = customers(60);

      const cancelled = await Promise.all(
        buyers.map(async ({ token }, index) => {
          const call = { token, key: newId(), body: { productId: product.id, quantity: 1 } };
          const { data } = await patiently(() => both.orders.place(call));
          if (index % 2 === 0) await both.orders.settled(data.id, token);
          return patiently(() => both.orders.cancel(data.id, { token }));
        }),
      );

      expect(cancelled.map(({ data }) => data.status)).toEqual(buyers.map(() => 'cancelled'));
      await waitFor(async () => (await stockOf(product.id)) === 100, { what: 'the stock' });
      await both.eventsPublished();
      expect(await stockOf(product.id)).toBe(100);
      await audit(product.id);
    });
  });
});
