import { forbiddenKeys } from '../../../src/utils/forbidden-keys.js';

const paths = (input: unknown): string[] => forbiddenKeys(input).map((fault) => fault.path);

describe('forbiddenKeys', () => {
  it('when an input is plain, then nothing is named', () => {
    expect(paths({ name: 'a.b', tags: ['$x', { deep: null }], price: 1 })).toEqual([]);
    expect(paths([1, 2])).toEqual([]);
    expect(paths('$gt')).toEqual([]);
    expect(paths(undefined)).toEqual([]);
  });

  it.each([
    ['{"__proto__":{"role":"admin"}}', '__proto__'],
    ['{"constructor":1}', 'constructor'],
    ['{"a":{"prototype":1}}', 'a.prototype'],
    ['{"price":{"$gt":0}}', 'price.$gt'],
    ['{"items":[{"a.b":1}]}', 'items.0.a.b'],
  ])('when a body is %s, then its key %s is named', (json, path) => {
    expect(paths(JSON.parse(json))).toEqual([path]);
  });

  it('when a body nests deeper than the call stack, then it is still looked through', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}{"$where":1}${']'.repeat(50_000)}`) as unknown;
    expect(paths(deep)).toHaveLength(1);
  });

  it('when the path of a fault is long, then its end is named', () => {
    const [path = ''] = paths(JSON.parse(`${'['.repeat(50_000)}{"$where":1}${']'.repeat(50_000)}`));
    expect(path).toMatch(/^….*\.0\.\$where$/);
    expect(path.length).toBeLessThan(100);
  });

  it('when a body has nothing but forbidden keys, then only so many are named', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`$${i}`, 1]));
    expect(paths({ a: many, b: many })).toHaveLength(20);
  });
});
