import { jest } from '@jest/globals';
import type { CacheStore } from '../../../../src/services/cache/cache-store.js';
import { encodeEntry, type Loaded, type StoredEntry } from '../../../../src/services/cache/entry-text.js';
import { createFlights } from '../../../../src/services/cache/flights.js';
import { createGate } from '../../../helpers/gate.js';

const loaded = (version: number): Loaded => ({ body: `{"v":${String(version)}}`, version, seq: 0 });
const textOf = (version: number) => encodeEntry({ ...loaded(version), expiresAtMs: 9e12 });
const never = <T>() => new Promise<T>(() => undefined);

/** A database at a version, and a shared layer that says what `more` has it say; else it is empty and takes everything. */
const setUp = (more: Partial<Pick<CacheStore, 'isUp' | 'get' | 'claim' | 'fill'>> = {}, keepsCopies = true) => {
  const world = { version: 1, loads: 0, asked: [] as string[], dirty: new Set<string>() };
  const counts = { leaseLost: 0, filled: 0, storeFailed: 0 };
  const kept = new Map<string, StoredEntry>();
  const stored = new Map<string, string>();
  const flights = createFlights({
    store: {
      isUp: () => true,
      get: (key) => {
        world.asked.push(key);
        return Promise.resolve(stored.get(key) ?? null);
      },
      claim: (key) => Promise.resolve({ lease: { fullKey: key, token: 't' } }),
      fill: ({ fullKey }, text) => {
        stored.set(fullKey, text);
        return Promise.resolve(true);
      },
      ...more,
    },
    isDirty: (key) => world.dirty.has(key),
    copied: (key) => keepsCopies && kept.has(key),
    keep: (key, entry) => void kept.set(key, entry),
    metrics: {
      leaseLost: () => counts.leaseLost++,
      filled: () => counts.filled++,
      storeFailed: () => counts.storeFailed++,
    },
  });
  const load = () => {
    world.loads++;
    return Promise.resolve(loaded(world.version));
  };
  const read = (how: () => Promise<Loaded> = load, key = 'p:1') => flights.read(key, { load: how, ttlMs: () => 1_000 });
  return { world, counts, kept, stored, flights, read };
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
});
afterEach(() => jest.useRealTimers());

const settle = () => jest.advanceTimersByTimeAsync(0);

describe('flights', () => {
  it('when a thousand ask for a cold key, then the first is answered, the others find its copy, and there was one query', async () => {
    const { world, counts, kept, read } = setUp();
    const [first, ...others] = await Promise.all(Array.from({ length: 1_000 }, () => read()));
    expect(first).toMatchObject({ source: 'miss', entry: { version: 1 } });
    expect(new Set(others)).toEqual(new Set([null]));
    expect([world.loads, counts.filled, kept.size]).toEqual([1, 1, 1]);
  });

  it('when there are no copies, then those who come later share a second flight, which finds what the first has stored', async () => {
    const { world, read } = setUp({}, false);
    const [first, ...others] = await Promise.all(Array.from({ length: 1_000 }, () => read()));
    expect(first).toMatchObject({ source: 'miss' });
    expect(new Set(others.map((landing) => landing?.source))).toEqual(new Set(['hit']));
    expect([world.loads, world.asked.length]).toEqual([1, 2]);
  });

  it('when different keys are asked for, then none waits for another', async () => {
    const { world, read } = setUp();
    void read(() => never(), 'p:1');
    expect(await read(undefined, 'p:2')).toMatchObject({ source: 'miss' });
    expect(world.loads).toBe(1);
  });

  it('when a write comes while the database is read, then who asks afterwards is not shown what was read before', async () => {
    const { world, flights, kept, read } = setUp();
    const slow = createGate<Loaded>();
    const early = read(() => slow.promise);
    await settle();
    world.version = 2;
    world.dirty.add('p:1');
    flights.spoil(['p:1']);
    const late = read();
    slow.open(loaded(1));
    expect(await early).toMatchObject({ entry: { version: 1 } });
    expect(await late).toMatchObject({ source: 'bypass', entry: { version: 2 } });
    expect(kept.size).toBe(0);
  });

  it.each([
    ['this key', ['p:1']],
    ['all keys', null],
  ])(
    'when %s is invalidated while the shared layer is asked, then what it has is shown, but not kept',
    async (_, keys) => {
      const reply = createGate<string | null>();
      const { flights, kept, read } = setUp({ get: () => reply.promise });
      const reading = read();
      flights.spoil(keys);
      reply.open(textOf(1));
      expect(await reading).toMatchObject({ source: 'hit', entry: { version: 1 } });
      expect(kept.size).toBe(0);
    },
  );

  it('when the key is invalidated while its fill is on the way, then no copy is kept, and who waited reads anew', async () => {
    const reply = createGate<boolean>();
    const { world, flights, kept, read } = setUp({ fill: () => reply.promise });
    const first = read();
    const second = read();
    await first;
    world.version = 2;
    flights.spoil(['p:1']);
    reply.open(true);
    expect(await second).toMatchObject({ entry: { version: 2 } });
    expect(kept.get('p:1')?.version).toBe(2);
  });

  it('when another key is invalidated, then the flight keeps its copy', async () => {
    const reply = createGate<boolean>();
    const { flights, kept, read } = setUp({ fill: () => reply.promise });
    await read();
    flights.spoil(['p:2']);
    reply.open(true);
    await settle();
    expect(kept.has('p:1')).toBe(true);
  });

  it.each(['dirty', 'away'])(
    'when the key or the layer is %s, then only the database is asked, and nothing is stored',
    async (why) => {
      const { world, kept, stored, read } = setUp(why === 'away' ? { isUp: () => false } : {});
      if (why === 'dirty') world.dirty.add('p:1');
      expect(await read()).toMatchObject({ source: 'bypass' });
      expect([world.asked, kept.size, stored.size]).toEqual([[], 0, 0]);
    },
  );

  it('when somebody else has the lease, then the database is read and nothing is stored', async () => {
    const { kept, stored, read } = setUp({ claim: () => Promise.resolve({ foreign: true }) });
    expect(await read()).toMatchObject({ source: 'miss' });
    expect([kept.size, stored.size]).toEqual([0, 0]);
  });

  it('when somebody has filled the key before the claim, then that is taken', async () => {
    const { world, read } = setUp({ claim: () => Promise.resolve({ text: textOf(4) }) });
    expect(await read()).toMatchObject({ source: 'hit', entry: { version: 4 } });
    expect(world.loads).toBe(0);
  });

  it('when what is stored is no entry of ours, then the database is read', async () => {
    const { kept, read } = setUp({ get: () => Promise.resolve('rubbish') });
    expect(await read()).toMatchObject({ source: 'miss', entry: { version: 1 } });
    expect(kept.size).toBe(0);
  });

  it('when a write has ended the lease, then nothing is kept, and it is counted', async () => {
    const { counts, kept, read } = setUp({ fill: () => Promise.resolve(false) });
    await read();
    await settle();
    expect([counts.leaseLost, counts.filled, kept.size]).toEqual([1, 0, 0]);
  });

  it('when the fill fails or is never answered, then nothing is kept and the next has its turn', async () => {
    for (const fill of [() => Promise.reject(new Error('full')), () => never<boolean>()]) {
      const { counts, kept, read } = setUp({ fill });
      const second = Promise.all([read(), read()]);
      await jest.advanceTimersByTimeAsync(250);
      expect((await second)[1]).toMatchObject({ entry: { version: 1 } });
      expect([counts.storeFailed, kept.size]).toEqual([2, 0]);
    }
  });

  it('when the database fails, then whoever asked is told, and the next asks again', async () => {
    const { world, read } = setUp();
    const slow = createGate<Loaded>();
    const first = read(() => slow.promise);
    const second = read();
    slow.break(new Error('the database is away'));
    await expect(first).rejects.toThrow('the database is away');
    expect(await second).toMatchObject({ source: 'miss' });
    expect(world.loads).toBe(1);
  });
});

describe('flights: what the shared layer may cost', () => {
  it('when the layer never answers, then the database is asked after 100 ms', async () => {
    const { world, counts, read } = setUp({ get: () => never() });
    const reading = read();
    await jest.advanceTimersByTimeAsync(99);
    expect(world.loads).toBe(0);
    await jest.advanceTimersByTimeAsync(2);
    expect(await reading).toMatchObject({ source: 'miss' });
    expect(counts.storeFailed).toBe(1);
  });

  it('when each of its answers is slow, then the budget is one for all of them', async () => {
    const get = () => new Promise<null>((resolve) => setTimeout(() => resolve(null), 70));
    const { world, read } = setUp({ get, claim: () => never() });
    void read();
    await jest.advanceTimersByTimeAsync(99);
    expect(world.loads).toBe(0);
    await jest.advanceTimersByTimeAsync(2);
    expect(world.loads).toBe(1);
  });

  it('when somebody has waited for the flight before, then that was taken from the budget', async () => {
    const { world, read } = setUp({ get: () => never() });
    void read();
    void read();
    await jest.advanceTimersByTimeAsync(105);
    expect(world.loads).toBe(2);
  });

  it('when the flight before has waited for a slow database, then that was not taken from the budget', async () => {
    let texts = 0;
    const get = () =>
      new Promise<string | null>((resolve) => setTimeout(() => resolve(texts++ === 0 ? null : textOf(1)), 70));
    const { world, counts, read } = setUp({ get }, false);
    const slow = () =>
      new Promise<Loaded>((resolve) => {
        world.loads++;
        setTimeout(() => resolve(loaded(1)), 500);
      });
    void read(slow);
    await jest.advanceTimersByTimeAsync(100);
    const second = read(slow);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await second).toMatchObject({ source: 'hit', entry: { version: 1 } });
    expect([world.loads, counts.storeFailed]).toEqual([1, 0]);
  });
});
