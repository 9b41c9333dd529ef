import { createCache } from '../../../../src/services/cache/cache.service.js';
import { createMemoryRoom, type createMemoryRoom as Room } from '../../../../src/services/cache/memory-store.js';
import { createOrderCache } from '../../../../src/services/orders/order-cache.service.js';

const nothing = () => undefined;
const metrics = { read: nothing, filled: nothing, leaseLost: nothing, storeFailed: nothing, invalidation: nothing };
const logger = { warn: nothing };
const order = { buyerId: 'anna', items: [{ productId: 'lamp', quantity: 1, unitPrice: 5, name: 'Lamp' }] };

/** The lists as a process has them that shares `room` with others; the database is one text. */
const openProcess = (room: ReturnType<typeof Room>, database: { text: string }) => {
  const cache = createCache({ store: room.store(), l1: { entriesMax: 100, bytesMax: 1e6 }, metrics, logger });
  const orders = createOrderCache({ cache, ttlMs: 60_000 });
  const load = () => Promise.resolve(database.text);
  return {
    orders,
    read: async (buyerId?: string) => {
      const scope = buyerId === undefined ? 'all' : { buyerId };
      const { value, source } = await orders.page({ productId: 'lamp', scope }, '20:', load);
      return [value, source];
    },
    /** As a whole change, or as one whose process is killed before it could end the lists. */
    change: (text: string) => orders.around([order], () => Promise.resolve((database.text = text))),
    dieInMidChange: (text: string) => {
      cache.close();
      database.text = text;
    },
  };
};

describe('order cache', () => {
  const setUp = () => {
    const room = createMemoryRoom();
    const database = { text: 'pending' };
    return { database, start: () => openProcess(room, database) };
  };

  it('when a list is read twice, then the second is a hit, until an order of it changes', async () => {
    const one = setUp().start();
    expect(await one.read()).toEqual(['pending', 'miss']);
    expect(await one.read()).toEqual(['pending', 'hit']);
    await one.change('confirmed');
    expect(await one.read()).toEqual(['confirmed', 'miss']);
    expect(await one.read()).toEqual(['confirmed', 'hit']);
  });

  it('when an order changes, then its customer’s lists and everybody’s end, in all processes, and other customers’ stay', async () => {
    const world = setUp();
    const [one, other] = [world.start(), world.start()];
    for (const buyer of ['anna', 'ben', undefined]) await one.read(buyer);
    await other.change('confirmed');
    expect(await one.read('anna')).toEqual(['confirmed', 'miss']);
    expect(await one.read()).toEqual(['confirmed', 'miss']);
    expect(await one.read('ben')).toEqual(['pending', 'hit']);
  });

  it('when an order is being changed, then its lists are read past the cache', async () => {
    const one = setUp().start();
    await one.read();
    const seen: unknown[] = [];
    await one.orders.around([order], async () => seen.push(await one.read()));
    expect(seen).toEqual([['pending', 'bypass']]);
  });

  it('when a process dies between a change and the end of its lists, then they end when it starts again', async () => {
    const world = setUp();
    const [dying, other] = [world.start(), world.start()];
    await dying.read();
    await other.read();
    dying.dieInMidChange('cancelled');
    expect(await other.read()).toEqual(['pending', 'hit']);

    const restarted = world.start();
    await restarted.orders.startAnew();

    expect(await restarted.read()).toEqual(['cancelled', 'miss']);
    expect(await other.read()).toEqual(['cancelled', 'hit']);
  });
});
