import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import type { OrderView } from '../../src/schemas/order.js';
import type { ReportView } from '../../src/schemas/report.js';
import { newId } from '../../src/utils/uuid.js';
import type { Answer } from '../helpers/api-client.js';
import { waitInTime } from '../helpers/in-time.js';
import { describeMongo } from '../helpers/mongo.js';
import { orderCalls } from '../helpers/orders.js';
import { startReplicaPair, type ReplicaPair } from '../helpers/replica-pair.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

// A replica set of two takes a while to find itself on a busy machine.
jest.setTimeout(240_000);

const database = 'shop';

describeMongo('reads that go to a secondary', () => {
  let pair: ReplicaPair;
  let shop: LocalShop;
  let secondary: Connection;
  beforeAll(async () => {
    pair = await startReplicaPair();
    secondary = await pair.toSecondary(database);
    shop = await startShop(pair.uri(database), { env: { MONGO_READ_URI: pair.uri(database) } });
  });
  afterAll(async () => {
    await shop.close();
    await pair.stop();
  });

  const outcomes = async (): Promise<Record<string, number>> => {
    const text = await (await fetch(`${shop.url}/metrics`)).text();
    const found = text.matchAll(/^mongodb_split_reads_total\{outcome="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, outcome = '', count]) => [outcome, Number(count)]));
  };
  /** What the secondary itself says that it was asked about a collection while `task` ran. */
  const askedDuring = async (collection: string, task: () => Promise<void>): Promise<number> => {
    const db = secondary.getClient().db(database);
    await db.command({ profile: 2 });
    await task();
    await db.command({ profile: 0 });
    const asked = { ns: `${database}.${collection}`, op: { $in: ['query', 'command'] } };
    return db.collection('system.profile').countDocuments(asked);
  };

  /** Writes, and holds every list that must show it against what was answered; fails on anything that is older. */
  const writeAndLook = async (): Promise<void> => {
    const { client, manager } = shop;
    const buyer = person();
    const name = `lamp ${newId()}`;
    const product = await shop.stocked(10, { name });
    const bought = await client.buy(product.id, { token: buyer.token, body: { quantity: 2 } });
    const placed = await orderCalls(client).place({ token: buyer.token, body: { productId: product.id, quantity: 1 } });
    expect([bought.status, placed.status]).toEqual([201, 201]);

    const noCache = { 'cache-control': 'no-cache' };
    const [movements, purchases, found, listed, orders, ofProduct] = await Promise.all([
      client.movements(product.id, { token: manager.token }),
      client.purchases({ token: buyer.token }),
      client.api('GET', '/products?sort=-createdAt&limit=1', { headers: noCache }) as Promise<Answer<{ id: string }[]>>,
      client.api('GET', '/products?sort=-createdAt&limit=1', {}) as Promise<Answer<{ id: string }[]>>,
      orderCalls(client).list(buyer.token),
      orderCalls(client).ofProduct(product.id, { token: buyer.token }),
    ]);

    expect(movements.data.map(({ id }) => id)).toContain(bought.data.id);
    expect(purchases.data.map(({ id }) => id)).toContain(bought.data.id);
    expect([found.data[0]?.id, listed.data[0]?.id]).toEqual([product.id, product.id]);
    expect(orders.data.map(({ id }: OrderView) => id)).toEqual([placed.data.id]);
    expect(ofProduct.data.map(({ id }: OrderView) => id)).toEqual([placed.data.id]);
  };

  it('when lists are read right after a write, then a secondary answers and shows it', async () => {
    const before = await outcomes();
    let asked = 0;
    let seen = 0;
    // A secondary that is late is passed by, as it may be for a while on a machine that is busy with other things.
    const look = async (): Promise<boolean> => {
      asked += await askedDuring('stock_movements', writeAndLook);
      seen++;
      return seen >= 5 && asked > 0;
    };
    await waitInTime(look, 'a secondary that follows');
    expect((await outcomes())['secondary']).toBeGreaterThan(before['secondary'] ?? 0);
  });

  it('when a report is made, then it is read from a secondary, and has what was there when it was asked for', async () => {
    const { client, manager } = shop;
    const product = await shop.stocked(3);
    let csv = '';
    const asked = await askedDuring('products', async () => {
      const { data } = (await client.api('POST', '/reports', {
        token: manager.token,
        body: { type: 'stock' },
      })) as Answer<ReportView>;
      const path = `/reports/${data.id}`;
      const isDone = async () =>
        ((await client.api('GET', path, { token: manager.token })) as Answer<ReportView>).data.status === 'done';
      await waitFor(isDone, { deadlineMs: 60_000, what: 'the report' });
      const url = `${shop.url}/api/v1${path}/file?format=csv`;
      csv = await (await fetch(url, { headers: { authorization: `Bearer ${manager.token}` } })).text();
    });

    expect(csv).toContain(product.id);
    expect(asked).toBeGreaterThan(0);
  });

  it('when the other URI names another database, then the start stops with one line', async () => {
    const other = startShop(pair.uri('elsewhere'), { env: { MONGO_READ_URI: pair.uri(database) } });
    await expect(other).rejects.toThrow(/^MONGO_READ_URI names another database than MONGO_URI[^\n]*$/);
  });

  it('when nobody answers at the other URI, then the service starts and reads from the primary', async () => {
    const alone = await startShop(pair.uri(database), {
      env: { MONGO_READ_URI: 'mongodb://127.0.0.1:1/shop?replicaSet=tests', RUN_JOBS: '0' },
    });
    const { status } = await alone.client.purchases({ token: person().token });
    await alone.close();
    expect(status).toBe(200);
  });

  it('when the secondary no longer follows, then nothing older than an answer is shown, and the primary is read', async () => {
    await pair.holdBack();
    const late = async () => (await outcomes())['late'] ?? 0;
    const before = await late();

    // One batch may be on its way still.
    const deadline = Date.now() + 60_000;
    while ((await late()) === before) {
      expect(Date.now()).toBeLessThan(deadline);
      await writeAndLook();
    }
    await writeAndLook();

    // So far behind is it: without the split's care these reads would have shown less.
    const primary = await pair.toPrimary(database);
    const [held, all] = await Promise.all(
      [secondary, primary].map((connection) => connection.collection('stock_movements').countDocuments()),
    );
    expect(held).toBeLessThan(all ?? 0);
  });

  it('when the secondary is gone, then lists are answered all the same', async () => {
    await pair.killSecondary();
    await writeAndLook();
  });
});
