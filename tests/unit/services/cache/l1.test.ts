import { createL1, type Copy } from '../../../../src/services/cache/l1.js';

const copy = (value: unknown, more: Partial<Copy> = {}): Copy => ({
  value,
  version: 1,
  seq: 1,
  expiresAtMs: 1_000,
  bytes: 10,
  ...more,
});

const build = (limits = { entriesMax: 3, bytesMax: 100 }) => {
  const l1 = createL1(limits);
  const has = (...keys: string[]) => keys.filter((key) => l1.get(key, 0) !== undefined);
  return { l1, has };
};

describe('copies of the process', () => {
  it('when a copy is set, then it is found until it expires, and takes no room afterwards', () => {
    const { l1 } = build();
    l1.set('a', copy('A'));
    expect(l1.get('a', 999)?.value).toBe('A');
    expect(l1.get('a', 1_000)).toBeUndefined();
    expect([l1.size(), l1.bytes()]).toEqual([0, 0]);
  });

  it('when a copy of nothing is set, then it is found', () => {
    const { l1 } = build();
    l1.set('a', copy(null));
    expect(l1.get('a', 0)).toMatchObject({ value: null });
  });

  it('when there is one entry too many, then the oldest that nobody has read goes', () => {
    const { l1, has } = build();
    for (const key of ['a', 'b', 'c']) l1.set(key, copy(key));
    l1.get('a', 0);
    l1.set('d', copy('d'));
    expect(has('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
  });

  it('when a second turn was given and nobody has read it since, then the entry goes in the next round', () => {
    const { l1, has } = build({ entriesMax: 2, bytesMax: 100 });
    l1.set('a', copy('a'));
    l1.get('a', 0);
    l1.set('b', copy('b'));
    l1.set('c', copy('c'));
    l1.set('d', copy('d'));
    expect(has('b', 'c')).toEqual([]);
    l1.set('e', copy('e'));
    expect(has('a', 'd', 'e')).toEqual(['d', 'e']);
  });

  it('when every entry was read, then there is room for a new one all the same', () => {
    const { l1 } = build();
    for (const key of ['a', 'b', 'c']) l1.set(key, copy(key));
    for (const key of ['a', 'b', 'c']) l1.get(key, 0);
    l1.set('d', copy('d'));
    expect(l1.size()).toBe(3);
  });

  it('when the texts are too long together, then as many go as it takes', () => {
    const { l1, has } = build({ entriesMax: 100, bytesMax: 100 });
    for (const key of ['a', 'b', 'c']) l1.set(key, copy(key, { bytes: 30 }));
    l1.set('d', copy('d', { bytes: 60 }));
    expect(has('a', 'b', 'c', 'd')).toEqual(['c', 'd']);
    expect(l1.bytes()).toBe(90);
  });

  it('when a copy alone is too large, then it is not kept', () => {
    const { l1 } = build();
    l1.set('a', copy('a', { bytes: 101 }));
    expect([l1.get('a', 0), l1.size(), l1.bytes()]).toEqual([undefined, 0, 0]);
  });

  it('when a key is set again, dropped or all is cleared, then the count of bytes follows', () => {
    const { l1 } = build();
    l1.set('a', copy('a', { bytes: 30 }));
    l1.set('a', copy('A', { bytes: 20 }));
    l1.set('b', copy('b'));
    expect([l1.size(), l1.bytes(), l1.get('a', 0)?.value]).toEqual([2, 30, 'A']);
    l1.drop('a');
    l1.drop('unknown');
    expect([l1.size(), l1.bytes()]).toEqual([1, 10]);
    l1.clear();
    expect([l1.size(), l1.bytes(), l1.get('b', 0)]).toEqual([0, 0, undefined]);
  });
});
