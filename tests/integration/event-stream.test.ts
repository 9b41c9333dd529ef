import type { ProductView } from '../../src/schemas/product.js';
import { openEvents, type EventSourceClient, type ReceivedEvent } from '../helpers/event-source.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { report } from '../helpers/report.js';
import { person, spawnShop, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const buyer = person();
const clientsMany = process.env['LONG'] === '1' ? 1_000 : 200;

describeMongo('GET /events', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  let opened: EventSourceClient[] = [];

  const start = async (): Promise<void> => {
    shop = await startShop(database.uri);
    await waitFor(async () => (await shop.client.send('GET', '/readyz')).status === 200);
  };
  const open = async (options?: Parameters<typeof openEvents>[1]): Promise<EventSourceClient> => {
    const client = await openEvents(shop.url, options);
    opened.push(client);
    return client;
  };
  const buy = async (id: string, quantity = 1): Promise<void> => {
    const answer = await shop.client.buy(id, { token: buyer.token, body: { quantity } });
    if (answer.status !== 201) throw new Error(answer.text);
  };
  const restock = (id: string, delta: number) =>
    shop.client.change(id, { token: shop.manager.token, body: { delta, reason: 'delivery' } });
  const of = ({ events }: EventSourceClient, id: string): ReceivedEvent[] =>
    events.filter(({ data }) => data['id'] === id);
  const namesOf = (client: EventSourceClient, id: string): string[] => of(client, id).map(({ name }) => name);
  const seqReached = (client: EventSourceClient, id: string, seq: number) =>
    waitFor(() => of(client, id).some(({ data }) => Number(data['seq']) >= seq), { what: `seq ${seq}` });

  beforeAll(start);
  afterEach(() => {
    for (const client of opened) client.close();
    opened = [];
  });
  afterAll(() => shop.close());

  it('when it is opened, then it is a stream that nobody keeps, open to all', async () => {
    const client = await open();
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
    });
  });

  it('when stock moves, then what GET /products shows of it comes', async () => {
    const { id } = await shop.stocked(10);
    const client = await open();
    await buy(id, 3);
    await seqReached(client, id, 2);
    const shown = (await shop.client.product(id)).data;
    const keys = ['id', 'stock', 'reserved', 'sold', 'seq', 'price'] as const satisfies (keyof ProductView)[];
    expect(of(client, id).at(-1)).toMatchObject({
      name: 'stock.changed',
      data: Object.fromEntries(keys.map((key) => [key, shown[key]])),
    });
    expect(client.lastEventId()).toMatch(/^[0-9A-F]+$/);
  });

  it('when the threshold is crossed, the last unit goes, and more comes, then each is told once', async () => {
    const { id } = await shop.stocked(5, { lowStockThreshold: 2 });
    const client = await open();
    let seq = 1;
    for (const expected of [[], ['stock.low'], [], ['stock.sold_out']]) {
      const before = of(client, id).length;
      await buy(id, seq === 1 ? 2 : 1);
      await seqReached(client, id, ++seq);
      const crossings = () =>
        namesOf(client, id)
          .slice(before)
          .filter((name) => name !== 'stock.changed');
      await waitFor(() => crossings().length >= expected.length, { what: String(expected) });
      expect(crossings()).toEqual(expected);
    }
    await restock(id, 9);
    await waitFor(() => namesOf(client, id).at(-1) === 'stock.back_in_stock', { what: 'more stock' });
  });

  it('when the process has not seen the product before, then crossings are told from its ledger', async () => {
    const [low, out, back] = [
      await shop.stocked(4, { lowStockThreshold: 3 }),
      await shop.stocked(1),
      await shop.stocked(1),
    ];
    await buy(back.id);
    await shop.close();
    await start();
    const client = await open();
    await buy(low.id);
    await buy(out.id);
    await restock(back.id, 5);
    await waitFor(() => [low, out, back].every(({ id }) => of(client, id).length === 2));
    expect(namesOf(client, low.id)).toEqual(['stock.changed', 'stock.low']);
    expect(namesOf(client, out.id)).toEqual(['stock.changed', 'stock.sold_out']);
    expect(namesOf(client, back.id)).toEqual(['stock.changed', 'stock.back_in_stock']);
  });

  it('when a product is edited, then no stock has changed, and when it is deleted, that is told', async () => {
    const { id } = await shop.stocked(5);
    const client = await open();
    await shop.client.patch(id, { token: shop.manager.token, body: { price: 4 } });
    await buy(id);
    await seqReached(client, id, 2);
    const moved = of(client, id).filter(({ data }) => data['seq'] !== 1);
    expect(moved).toMatchObject([{ name: 'stock.changed', data: { price: 4, stock: 4 } }]);
    await shop.client.api('DELETE', `/products/${id}`, { token: person('admin').token });
    await waitFor(() => namesOf(client, id).at(-1) === 'product.removed');
  });

  it('when a client comes back, then it is told first what it has missed', async () => {
    const { id } = await shop.stocked(100);
    const other = await open();
    const client = await open();
    await buy(id);
    await seqReached(client, id, 2);
    client.close();
    await buy(id);
    await seqReached(other, id, 3);
    const back = await open({ lastEventId: client.lastEventId() });
    await seqReached(back, id, 3);
    expect(of(back, id).map(({ data }) => data['seq'])).toEqual([3]);
  });

  it('when nobody listened meanwhile, or the process was another, then what was missed is told from the history', async () => {
    const { id } = await shop.stocked(100);
    const client = await open();
    await buy(id);
    await seqReached(client, id, 2);
    client.close();
    await buy(id);
    const back = await open({ lastEventId: client.lastEventId() });
    await seqReached(back, id, 3);
    back.close();
    await buy(id);
    await shop.close();
    await start();
    const again = await open({ lastEventId: back.lastEventId() });
    await seqReached(again, id, 4);
    expect(of(again, id).map(({ data }) => data['stock'])).toEqual([97]);
  });

  it.each([['82'.padEnd(66, '0')], ['FF'.repeat(40)]])(
    'when the place is one of no history (%s), then the client is told to read anew and goes on',
    async (lastEventId) => {
      const { id } = await shop.stocked(100);
      const client = await open({ lastEventId });
      await waitFor(() => client.events.some(({ name }) => name === 'reset'));
      await buy(id);
      await seqReached(client, id, 2);
    },
  );
});

describeMongo('GET /events of a process of its own', () => {
  const database = freshDatabase();

  it(`when ${clientsMany} listen, then each hears, and each costs little memory`, async () => {
    const shop = await spawnShop(database.uri);
    const memoryKb = async (): Promise<number> => {
      const text = await (await fetch(`${shop.url}/metrics`)).text();
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1024;
    };
    const { id } = await shop.stocked(100);
    const before = await memoryKb();
    const clients: EventSourceClient[] = [];
    for (let i = 0; i < clientsMany; i += 50) {
      clients.push(...(await Promise.all([...Array(50).keys()].map(() => openEvents(shop.url)))));
    }
    const bought = await shop.client.buy(id, { token: buyer.token });
    expect(bought.status).toBe(201);
    await waitFor(() => clients.every(({ events }) => events.some(({ data }) => data['sold'] === 1)));
    const kilobytesEach = Math.round(((await memoryKb()) - before) / clientsMany);
    report('event stream', { clients: clientsMany, kilobytesEach });
    expect(kilobytesEach).toBeLessThan(150);
    for (const client of clients) client.close();
    await shop.close();
  });

  it('when it stops, then its streams end at once and it is gone soon', async () => {
    const shop = await spawnShop(database.uri, { SHUTDOWN_GRACE_MS: '60000' });
    const client = await openEvents(shop.url);
    const stoppedMs = performance.now();
    const stopped = shop.service.stop();
    await waitFor(() => client.ended());
    const endedMs = performance.now();
    expect((await stopped).code).toBe(0);
    const goneMs = performance.now();
    shop.client.close();
    expectInTime(endedMs - stoppedMs, 'the end of a stream').toBeLessThan(2_000);
    expectInTime(goneMs - endedMs, 'the end of the process').toBeLessThan(3_000);
  });
});
