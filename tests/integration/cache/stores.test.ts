import { createMemoryRoom } from '../../../src/services/cache/memory-store.js';
import { CacheAway } from '../../../src/services/cache/cache-store.js';
import { describeStoreContract, entryOf, heardBy, leaseOf, patient, put } from '../../helpers/cache-store-contract.js';
import { redisStoreAt, type StoreOnRedis } from '../../helpers/redis-commands.js';
import { describeRedis, startRedis, type TestRedis } from '../../helpers/redis.js';
import { waitFor } from '../../helpers/wait-for.js';

describe('the shared layer within the process', () => {
  const room = createMemoryRoom();
  const clients = { one: room.store(), two: room.store(), stranger: createMemoryRoom().store() };
  describeStoreContract(() => clients);

  it('when more is stored than it may hold, then the oldest goes first', async () => {
    const store = createMemoryRoom({ charactersMax: 100 }).store();
    for (const key of ['p:1', 'p:2', 'p:3']) await put(store, key, 'x'.repeat(40));
    expect(await Promise.all(['p:1', 'p:2', 'p:3'].map((key) => store.get(key)))).toEqual([
      null,
      'x'.repeat(40),
      'x'.repeat(40),
    ]);
  });
});

describeRedis('the shared layer in Redis', () => {
  let server: TestRedis;
  let one: StoreOnRedis;
  let two: StoreOnRedis;
  let stranger: StoreOnRedis;
  /** Of a test alone. */
  let opened: StoreOnRedis[] = [];
  const openStore = async (namespace: string, tracking = true): Promise<StoreOnRedis> => {
    const { store, ...rest } = await redisStoreAt(server.url, namespace, tracking);
    return { ...rest, store: patient(store) };
  };
  const openPlain = async (): Promise<StoreOnRedis> => {
    const plain = await openStore('shop', false);
    opened.push(plain);
    return plain;
  };
  afterEach(() => {
    for (const each of opened) each.close();
    opened = [];
  });
  beforeAll(async () => {
    server = await startRedis();
    one = await openStore('shop');
    two = await openStore('shop');
    stranger = await openStore('other');
  });
  afterAll(async () => {
    for (const each of [one, two, stranger]) each.close();
    await server.stop();
  });

  describeStoreContract(() => ({ one: one.store, two: two.store, stranger: stranger.store }));

  const keys = async () => (await one.command('KEYS', '*')) as string[];

  it('when entries, leases and marks are stored, then each of them has an end, and none lives longer than it may', async () => {
    await put(one.store, 'p:ttl', entryOf(1), 5_000);
    await one.store.claim('p:leased');
    await one.store.remove(['p:gone'], new Map([['p:gone', 1]]));
    const ends = new Map<string, number>();
    for (const key of await keys()) ends.set(key, Number(await one.command('PTTL', key)));
    for (const [key, ms] of ends)
      // -2: it has ended since.
      if (!key.endsWith(':epoch')) expect([key, ms === -2 || (ms > 0 && ms <= 60_000)]).toEqual([key, true]);
    const endOf = (suffix: string) => [...ends].find(([key]) => key.endsWith(suffix))?.[1];
    expect(endOf(':p:ttl')).toBeLessThanOrEqual(5_000);
    expect(endOf(':p:leased')).toBeLessThanOrEqual(3_000);
    expect(endOf(':m:p:gone')).toBeLessThanOrEqual(60_000);
  });

  it('when keys are named, then all of one database have one hash tag, so that they lie together in a cluster', async () => {
    await put(one.store, 'p:tagged', entryOf(1));
    for (const key of await keys()) expect(key).toMatch(/^\{(shop|other)\}:/);
  });

  it('when Redis forgets its scripts, then claims, fills and healing work', async () => {
    await one.command('SCRIPT', 'FLUSH');
    await put(one.store, 'p:script', entryOf(1));
    await one.command('SCRIPT', 'FLUSH');
    await one.store.heal({ key: 'p:script', stamp: { version: 2 }, also: [] });
    expect(await one.store.get('p:script')).toBeNull();
  });

  it('when everything in Redis is deleted, then both are told, settle on one new prefix, and old leases fill nothing', async () => {
    await put(one.store, 'p:flushed', entryOf(1));
    await two.store.get('p:flushed');
    const lease = leaseOf(await two.store.claim('p:leased-before'));
    const [first, second] = [heardBy(one.store), heardBy(two.store)];
    await stranger.command('FLUSHALL');
    // Told by Redis first, while the old prefix is still in use, and by the link once it has left that.
    const isLeft = (heard: typeof first) => heard.filter((keys) => keys === null).length >= 2;
    await waitFor(() => isLeft(first) && isLeft(second), { what: 'the news' });
    await waitFor(() => one.store.isUp() && two.store.isUp() && stranger.store.isUp());
    expect(await two.store.fill(lease, entryOf(1), 60_000)).toBe(false);
    await put(one.store, 'p:flushed', entryOf(2));
    expect(await two.store.get('p:flushed')).not.toBeNull();
  });

  it('when a process keeps no copies, then it is told of nothing, and reads all the same', async () => {
    const plain = await openPlain();
    await put(one.store, 'p:plain', entryOf(1));
    const heard = heardBy(plain.store);
    expect(await plain.store.get('p:plain')).not.toBeNull();
    await one.store.remove(['p:plain']);
    expect(await plain.store.get('p:plain')).toBeNull();
    // Of the connection it may have heard, which is null; of keys it must not.
    expect(heard.filter((keys) => keys !== null)).toEqual([]);
  });

  it('when everything is forgotten, then a process without copies does not show it even once more', async () => {
    const plain = await openPlain();
    for (const forget of [() => one.store.renew(), () => stranger.command('FLUSHALL')]) {
      await waitFor(() => one.store.isUp() && plain.store.isUp());
      await put(plain.store, 'p:plain', entryOf(1));
      expect(await plain.store.get('p:plain')).not.toBeNull();
      await forget();
      expect(await plain.store.get('p:plain').catch(() => null)).toBeNull();
    }
  });

  it('when Redis is gone, then everything is refused at once and it says so; when it is back, then it works again', async () => {
    const impatient = await redisStoreAt(server.url, 'shop');
    opened.push(impatient);
    const ups = { count: 0 };
    impatient.store.onUp(() => ups.count++);
    const heard = heardBy(one.store);
    const lease = leaseOf(await one.store.claim('p:away'));
    await server.kill();
    await waitFor(() => !one.store.isUp() && !impatient.store.isUp());
    expect([one.store.isFresh(), heard.includes(null)]).toEqual([false, true]);
    const { store } = impatient;
    const refused = [
      store.get('p:1'),
      store.claim('p:1'),
      store.fill(lease, entryOf(1), 1_000),
      store.remove(['p:1']),
      store.heal({ key: 'p:1', stamp: null, also: [] }),
    ];
    for (const each of refused) await expect(each).rejects.toThrow(CacheAway);
    await expect(store.renew()).rejects.toThrow();
    await server.restart();
    await waitFor(() => ups.count > 0, { what: 'the store' });
    expect(await one.store.fill(lease, entryOf(1), 1_000)).toBe(false);
    await put(one.store, 'p:away', entryOf(1));
    expect(await two.store.get('p:away')).not.toBeNull();
  });
});
