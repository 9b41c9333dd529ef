import { hashOf, routingKey } from '../../../load/bench/path-hash.js';

describe('hashOf', () => {
  // The vectors of FNV's own reference code, test_fnv.c.
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('when %p is hashed, then it is what the reference says', (text, hash) => {
    expect(hashOf(text)).toBe(hash);
  });
});

describe('routingKey', () => {
  it('when paths are about one product, then they have one key', () => {
    const keys = ['', '/purchase', '/movements?limit=5', '?include=createdBy'].map((rest) =>
      routingKey(`/api/v1/products/123${rest}`),
    );
    expect(new Set(keys)).toEqual(new Set(['/api/v1/products/123']));
  });
  it('when paths are about two products, then they have two', () => {
    expect(routingKey('/api/v1/products/1/purchase')).not.toBe(routingKey('/api/v1/products/2/purchase'));
  });
});
