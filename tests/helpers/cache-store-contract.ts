import type { CacheStore, Claim, Lease } from '../../src/services/cache/cache-store.js';
import { encodeEntry } from '../../src/services/cache/entry-text.js';
import { waitFor } from './wait-for.js';

/** Two clients of one shared layer, and a third in another namespace. */
export interface Clients {
  one: CacheStore;
  two: CacheStore;
  /** Null where there is nothing to share. */
  stranger: CacheStore | null;
}

export const entryOf = (version: number, seq = 0) =>
  encodeEntry({ body: `{"version":${String(version)}}`, version, seq, expiresAtMs: Date.now() + 60_000 });

export const leaseOf = (claim: Claim): Lease => {
  if (!('lease' in claim)) throw new Error(`no lease, but ${JSON.stringify(claim)}`);
  return claim.lease;
};

/** Claims a key and fills it at once. */
export const put = async (store: CacheStore, key: string, text: string, ttlMs = 60_000): Promise<void> => {
  expect(await store.fill(leaseOf(await store.claim(key)), text, ttlMs)).toBe(true);
};

/** What a client has heard of, from now on. */
export const heardBy = (store: CacheStore): (readonly string[] | null)[] => {
  const heard: (readonly string[] | null)[] = [];
  store.onDropped((keys) => heard.push(keys));
  return heard;
};

/**
 * A client that waits for its breaker, which may open for a moment at any time on a machine that is busy with other things. While it is
 * shut, calls go out in the turn in which they are made.
 */
export const patient = (store: CacheStore): CacheStore => {
  const whenUp = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (!store.isUp()) await waitFor(store.isUp, { what: 'the store' });
      return call(...args);
    };
  };
  return {
    ...store,
    get: whenUp(store.get),
    claim: whenUp(store.claim),
    fill: whenUp(store.fill),
    remove: whenUp(store.remove),
    heal: whenUp(store.heal),
    renew: whenUp(store.renew),
  };
};

/** What every shared layer of the cache does, tried by two clients of it. */
export const describeStoreContract = (clients: () => Clients): void => {
  let count = 0;
  /** A key that no other test has used. */
  const freshKey = () => `p:${String(++count)}`;
  const both = (): Clients => {
    const { one, two, stranger } = clients();
    return { one: patient(one), two: patient(two), stranger: stranger && patient(stranger) };
  };

  it('when a key was never filled, then there is nothing', async () => {
    expect(await both().one.get(freshKey())).toBeNull();
  });

  it('when one has filled a key, then the other finds the text, letter by letter', async () => {
    const { one, two } = both();
    const key = freshKey();
    const text = `${entryOf(3)} ☃ "quoted" \u0000\n\n`;
    await put(one, key, text);
    expect([await two.get(key), await two.claim(key)]).toEqual([text, { text }]);
  });

  it('when one has a lease, then the other sees nothing, and gets none', async () => {
    const { one, two } = both();
    const key = freshKey();
    const lease = leaseOf(await one.claim(key));
    expect([await two.get(key), await two.claim(key)]).toEqual([null, { foreign: true }]);
    expect(await one.fill(lease, entryOf(1), 60_000)).toBe(true);
    expect(await two.get(key)).not.toBeNull();
  });

  it('when many claim a key at once, then one alone gets the lease', async () => {
    const { one, two } = both();
    const key = freshKey();
    const claims = await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 ? one : two).claim(key)));
    expect(claims.filter((claim) => 'lease' in claim)).toHaveLength(1);
    expect(claims.filter((claim) => 'foreign' in claim)).toHaveLength(39);
  });

  it.each(['one', 'two'] as const)(
    'when a write of client %s deletes the key while it is being filled, then the fill is refused',
    async (writer) => {
      const all = both();
      const key = freshKey();
      const lease = leaseOf(await all.one.claim(key));
      await all[writer].remove([key]);
      expect(await all.one.fill(lease, entryOf(1), 60_000)).toBe(false);
      expect(await all.two.get(key)).toBeNull();
    },
  );

  it('when a lease was ended and taken anew, then the old one fills nothing and the new one does', async () => {
    const { one, two } = both();
    const key = freshKey();
    const old = leaseOf(await one.claim(key));
    await two.remove([key]);
    const fresh = leaseOf(await two.claim(key));
    expect(await one.fill(old, entryOf(1), 60_000)).toBe(false);
    const text = entryOf(2);
    expect(await two.fill(fresh, text, 60_000)).toBe(true);
    expect(await one.fill(old, entryOf(1), 60_000)).toBe(false);
    expect(await one.get(key)).toBe(text);
  });

  it('when an entry has lived for its time, then it is gone', async () => {
    const { one, two } = both();
    const seenAlive = async (ttlMs: number): Promise<string | undefined> => {
      const key = freshKey();
      const startMs = Date.now();
      await put(one, key, entryOf(1), ttlMs);
      if ((await two.get(key)) !== null) return key;
      // It may be over before this machine gets round to looking, but not before its time.
      expect(Date.now() - startMs).toBeGreaterThanOrEqual(ttlMs);
      return undefined;
    };
    const key = (await seenAlive(60)) ?? (await seenAlive(2_000)) ?? (await seenAlive(20_000)) ?? '';
    await waitFor(async () => (await two.get(key)) === null, { what: 'the end of the entry' });
    expect(key).not.toBe('');
  });

  it('when whoever has a lease dies, then after three seconds another gets one', async () => {
    const { one, two } = both();
    const key = freshKey();
    const startMs = Date.now();
    await one.claim(key);
    await waitFor(async () => 'lease' in (await two.claim(key)), { what: 'the end of the lease' });
    expect(Date.now() - startMs).toBeGreaterThan(2_800);
  });

  it('when several keys are deleted, then all of them are gone, and others are not', async () => {
    const { one, two } = both();
    const [first, second, third] = [freshKey(), freshKey(), freshKey()];
    for (const key of [first, second, third]) await put(one, key, entryOf(1));
    await two.remove([first, second]);
    expect(await Promise.all([first, second].map((key) => one.get(key)))).toEqual([null, null]);
    expect(await one.get(third)).not.toBeNull();
  });

  it('when one deletes what the other has read, then the other hears of it, and the writer does not need to', async () => {
    const { one, two } = both();
    const key = freshKey();
    await put(one, key, entryOf(1));
    await two.get(key);
    const heard = heardBy(two);
    await one.remove([key]);
    await waitFor(() => heard.some((keys) => keys?.includes(key) === true), { what: 'the news' });
  });

  it('when one deletes what the other has filled, then the other hears of it without having read it', async () => {
    const { one, two } = both();
    const key = freshKey();
    await put(two, key, entryOf(1));
    const heard = heardBy(two);
    await one.remove([key]);
    await waitFor(() => heard.some((keys) => keys?.includes(key) === true), { what: 'the news' });
  });

  it('when one asks for many keys in one turn, then each gets its own', async () => {
    const { one, two } = both();
    const keys = [freshKey(), freshKey(), freshKey()];
    const texts = [entryOf(1), entryOf(2)];
    await put(one, keys[0] ?? '', texts[0] ?? '');
    await put(one, keys[1] ?? '', texts[1] ?? '');
    await one.claim(keys[2] ?? '');
    expect(await Promise.all(keys.map((key) => two.get(key)))).toEqual([...texts, null]);
  });

  it('when everything is forgotten, then neither client finds anything, both are told, and both go on', async () => {
    const { one, two } = both();
    const key = freshKey();
    await put(one, key, entryOf(1));
    const [first, second] = [heardBy(one), heardBy(two)];
    await one.renew();
    await waitFor(() => first.includes(null) && second.includes(null), { what: 'the news' });
    await waitFor(() => one.isUp() && two.isUp());
    expect(await Promise.all([one.get(key), two.get(key)])).toEqual([null, null]);
    await put(two, key, entryOf(2));
    expect(await one.get(key)).not.toBeNull();
  });

  it('when a lease was taken before everything was forgotten, then it fills nothing', async () => {
    const { one, two } = both();
    const key = freshKey();
    const lease = leaseOf(await one.claim(key));
    const heard = heardBy(one);
    await two.renew();
    await waitFor(() => heard.includes(null) && one.isUp() && two.isUp());
    await one.fill(lease, entryOf(1), 60_000).catch(() => false);
    expect(await Promise.all([one.get(key), two.get(key)])).toEqual([null, null]);
  });

  describe('healing', () => {
    it.each([
      ['as new in both', { version: 2, seq: 5 }, true],
      ['as new in what is known', { seq: 5 }, true],
      ['newer', { version: 1, seq: 4 }, true],
      ['older in version', { version: 3, seq: 5 }, false],
      ['older in seq', { seq: 6 }, false],
      ['unknown to the feed', null, false],
    ])('when the entry is %s, then it stays or goes (%j: %s)', async (_, stamp, stays) => {
      const { one, two } = both();
      const key = freshKey();
      await put(one, key, entryOf(2, 5));
      await two.heal({ key, stamp, also: [] });
      expect((await one.get(key)) !== null).toBe(stays);
    });

    it('when somebody is filling the key, then his lease ends', async () => {
      const { one, two } = both();
      const key = freshKey();
      const lease = leaseOf(await one.claim(key));
      await two.heal({ key, stamp: { version: 1, seq: 1 }, also: [] });
      expect(await one.fill(lease, entryOf(0), 60_000)).toBe(false);
    });

    it('when a write has marked its version, then healing it again leaves the rest alone; a later version does not', async () => {
      const { one, two } = both();
      const [key, other] = [freshKey(), freshKey()];
      await one.remove([key, other], new Map([[key, 2]]));
      await put(one, other, entryOf(1));
      await two.heal({ key, stamp: { version: 2 }, also: [other] });
      expect(await one.get(other)).not.toBeNull();
      await two.heal({ key, stamp: { version: 3 }, also: [other] });
      expect(await one.get(other)).toBeNull();
    });

    it('when two processes heal the same version, then the rest is dropped once', async () => {
      const { one, two } = both();
      const [key, other] = [freshKey(), freshKey()];
      await put(one, other, entryOf(1));
      await one.heal({ key, stamp: { version: 2 }, also: [other] });
      expect(await two.get(other)).toBeNull();
      await put(one, other, entryOf(2));
      await two.heal({ key, stamp: { version: 2 }, also: [other] });
      expect(await one.get(other)).not.toBeNull();
    });

    it('when the version is unknown, then the rest is dropped each time', async () => {
      const { one, two } = both();
      const [key, other] = [freshKey(), freshKey()];
      for (const version of [1, 2]) {
        await put(one, other, entryOf(version));
        await two.heal({ key, stamp: null, also: [other] });
        expect(await one.get(other)).toBeNull();
      }
    });
  });

  it('when another namespace uses the same keys, then neither sees nor deletes what is of the other', async () => {
    const { one, stranger } = both();
    if (stranger === null) return;
    const key = freshKey();
    await put(one, key, entryOf(1));
    expect(await stranger.get(key)).toBeNull();
    await put(stranger, key, entryOf(2));
    await stranger.remove([key]);
    await stranger.renew();
    expect(await one.get(key)).not.toBeNull();
  });
};
