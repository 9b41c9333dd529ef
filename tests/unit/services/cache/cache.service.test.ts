import { jest } from '@jest/globals';
import type { CacheStore } from '../../../../src/services/cache/cache-store.js';
import { createCache, type CacheMetrics } from '../../../../src/services/cache/cache.service.js';
import type { Loaded } from '../../../../src/services/cache/entry-text.js';
import { createMemoryRoom } from '../../../../src/services/cache/memory-store.js';

const ttlMs = 10_000;

const setUp = (wrap: (store: CacheStore) => CacheStore = (store) => store, keepsCopies = true) => {
  const room = createMemoryRoom();
  const layers: string[] = [];
  const metrics: CacheMetrics = {
    read: (region, layer) => layers.push(`${region} ${layer}`),
    filled: () => undefined,
    leaseLost: () => undefined,
    storeFailed: () => undefined,
    invalidation: () => undefined,
  };
  const world = { row: { body: 'one', version: 1, seq: 1 } as Loaded, loads: 0 };
  const load = () => {
    world.loads++;
    return Promise.resolve(world.row);
  };
  const cache = createCache({
    store: wrap(room.store()),
    l1: keepsCopies ? { entriesMax: 100, bytesMax: 1e6 } : null,
    metrics,
    logger: { warn: () => undefined },
  });
  const decoded: string[] = [];
  const region = cache.region({
    name: 'p',
    decode: (body, { version }) => {
      decoded.push(body);
      return `${body} v${String(version)}`;
    },
    ttlMs,
  });
  const read = (id = '1') => region.read(id, load);
  return { cache, region, room, world, layers, decoded, read };
};

const settle = () => jest.advanceTimersByTimeAsync(0);

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
});
afterEach(() => jest.useRealTimers());

describe('region of the cache', () => {
  it('when a key is read again and again, then the first answer is a miss and all others are hits of the copy', async () => {
    const { region, world, layers, decoded, read } = setUp();
    expect(region.peek('1')).toBeUndefined();
    expect(await read()).toEqual({ value: 'one v1', source: 'miss' });
    await settle();
    decoded.length = 0;
    expect(region.peek('1')).toEqual({ value: 'one v1', source: 'hit' });
    expect(await read()).toEqual({ value: 'one v1', source: 'hit' });
    expect([world.loads, layers, decoded]).toEqual([1, ['p database', 'p l1', 'p l1'], []]);
  });

  it('when the process keeps no copies, then every read asks the shared layer', async () => {
    const { cache, region, world, layers, read } = setUp(undefined, false);
    await read();
    await settle();
    expect(region.peek('1')).toBeUndefined();
    expect(await read()).toMatchObject({ source: 'hit' });
    expect([world.loads, layers, cache.copies()]).toEqual([1, ['p database', 'p l2'], { entries: 0, bytes: 0 }]);
  });

  it('when a thousand come at once for a key that nobody has read, then there is one query and all get the value', async () => {
    const { world, read } = setUp();
    const found = await Promise.all(Array.from({ length: 1_000 }, () => read()));
    expect(new Set(found.map(({ value }) => value))).toEqual(new Set(['one v1']));
    expect(world.loads).toBe(1);
  });

  it('when a write has invalidated the key, then the next read shows what is there now', async () => {
    const { cache, region, world, read } = setUp();
    await read();
    await settle();
    world.row = { body: 'two', version: 2, seq: 1 };
    await cache.invalidate([region.key('1')]);
    expect(region.peek('1')).toBeUndefined();
    expect(await read()).toEqual({ value: 'two v2', source: 'miss' });
  });

  it('when another process invalidates the key, then the copy is gone', async () => {
    const { region, room, world, read } = setUp();
    await read();
    await settle();
    world.row = { body: 'two', version: 2, seq: 1 };
    await room.store().remove([region.key('1')]);
    expect(await read()).toMatchObject({ value: 'two v2' });
  });

  it('when the deletion is not confirmed, then reads go past the shared layer until it is', async () => {
    const removals: (() => void)[] = [];
    const { cache, region, world, read } = setUp((store) => ({
      ...store,
      remove: (keys) => new Promise((resolve) => removals.push(() => void store.remove(keys).then(resolve))),
    }));
    await read();
    await settle();
    world.row = { body: 'two', version: 2, seq: 1 };
    const told = cache.invalidate([region.key('1')]);
    await jest.advanceTimersByTimeAsync(110);
    await told;
    expect([await read(), cache.dirty()]).toEqual([{ value: 'two v2', source: 'bypass' }, 1]);
    // A second attempt may be on its way by now, after a wait that is drawn by lot.
    for (const confirm of removals) confirm();
    await settle();
    expect([await read(), cache.dirty()]).toEqual([{ value: 'two v2', source: 'miss' }, 0]);
  });

  it('when the database has nothing, then that is remembered for three seconds', async () => {
    const { region, world, read } = setUp();
    world.row = { body: null, version: 0, seq: 0 };
    expect(await read()).toEqual({ value: null, source: 'miss' });
    await settle();
    expect(region.peek('1')).toEqual({ value: null, source: 'hit' });
    await jest.advanceTimersByTimeAsync(3_000);
    expect(region.peek('1')).toBeUndefined();
    expect(await read()).toEqual({ value: null, source: 'miss' });
  });

  it('when entries are stored together, then they expire apart from each other, within the last fifth of their time', async () => {
    const { region, read } = setUp();
    const ids = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(ids.map(read));
    await settle();
    const alive = () => ids.filter((id) => region.peek(id) !== undefined).length;
    await jest.advanceTimersByTimeAsync(ttlMs * 0.8 - 1);
    expect(alive()).toBe(50);
    await jest.advanceTimersByTimeAsync(ttlMs * 0.1);
    expect(alive()).toBeGreaterThan(0);
    expect(alive()).toBeLessThan(50);
    await jest.advanceTimersByTimeAsync(ttlMs * 0.1 + 1);
    expect(alive()).toBe(0);
  });

  it('when a copy was taken from the shared layer late, then it expires with the entry and not later', async () => {
    const { region, room, read } = setUp();
    const { fullKey, token } = await room
      .store()
      .claim(region.key('1'))
      .then((claim) => ('lease' in claim ? claim.lease : { fullKey: '', token: '' }));
    const text = `V${String(Date.now() + 5_000)},9,0\nold`;
    await room.store().fill({ fullKey, token }, text, ttlMs);
    await jest.advanceTimersByTimeAsync(4_000);
    expect(await read()).toEqual({ value: 'old v9', source: 'hit' });
    await jest.advanceTimersByTimeAsync(999);
    expect(region.peek('1')).toBeDefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(region.peek('1')).toBeUndefined();
  });

  it('when copies may be old or the layer is away, then none is shown', async () => {
    const state = { fresh: true };
    const { region, read } = setUp((store) => ({ ...store, isFresh: () => state.fresh }));
    await read();
    await settle();
    state.fresh = false;
    expect(region.peek('1')).toBeUndefined();
    state.fresh = true;
    expect(region.peek('1')).toBeDefined();
  });

  it('when everything is forgotten, then no copy is left', async () => {
    const { cache, region, read } = setUp();
    await read();
    await settle();
    expect(cache.copies().entries).toBe(1);
    await cache.renew();
    expect([region.peek('1'), cache.copies()]).toEqual([undefined, { entries: 0, bytes: 0 }]);
  });

  it('when the database fails, then whoever reads is told, and nothing is kept', async () => {
    const { region } = setUp();
    await expect(region.read('1', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(region.peek('1')).toBeUndefined();
  });
});

describe('healing of the cache', () => {
  it.each([
    ['has seen the write', { version: 1, seq: 1 }, true],
    ['is older in its version', { version: 2 }, false],
    ['is older in its seq', { seq: 2 }, false],
    ['may be anything', null, false],
  ])('when what is kept %s, then the copy and the entry stay or go (%j: %s)', async (_, stamp, stays) => {
    const { cache, region, room, read } = setUp();
    await read();
    await settle();
    await cache.heal({ key: region.key('1'), stamp, also: [] });
    expect(region.peek('1') !== undefined).toBe(stays);
    expect((await room.store().get(region.key('1'))) !== null).toBe(stays);
  });

  it('when somebody reads while the shared layer is about to heal, then what it still held is not kept', async () => {
    let between = (): Promise<unknown> => Promise.resolve();
    const { cache, region, world, read } = setUp((store) => ({
      ...store,
      heal: async (healing) => {
        await between();
        await store.heal(healing);
      },
    }));
    await read();
    await settle();
    world.row = { body: 'two', version: 1, seq: 1 };
    between = async () => {
      await read();
      await settle();
    };
    await cache.heal({ key: region.key('1'), stamp: null, also: [] });
    expect(await read()).toMatchObject({ value: 'two v1' });
  });

  it('when the shared layer cannot heal, then the keys are invalidated, with all that it takes', async () => {
    const removed: string[] = [];
    const { cache, region, read } = setUp((store) => ({
      ...store,
      heal: () => Promise.reject(new Error('away')),
      remove: (keys, marks) => {
        removed.push(...keys);
        return store.remove(keys, marks);
      },
    }));
    await read();
    await settle();
    await cache.heal({ key: region.key('1'), stamp: { version: 2 }, also: ['g:all'] });
    expect(removed).toEqual(['p:1', 'g:all']);
    expect(region.peek('1')).toBeUndefined();
  });
});
