import { createProductBody } from '../../../src/schemas/product.js';

const early = '2026-01-01T00:00:00.000Z';
const late = '2026-02-01T00:00:00.000Z';

const faultyPaths = (body: object): string[] => {
  const parsed = createProductBody.safeParse({ name: 'n', price: 1, stock: 1, ...body });
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.')).sort();
};

describe('body of a new product', () => {
  it('when the sale ends before it starts and another field is wrong, then both are named', () => {
    expect(faultyPaths({ price: -1, saleStartsAt: late, saleEndsAt: early })).toEqual(['price', 'saleEndsAt']);
  });

  it('when one end of the sale is no time, then that alone is named', () => {
    expect(faultyPaths({ saleStartsAt: 'soon', saleEndsAt: early })).toEqual(['saleStartsAt']);
  });

  it.each([
    ['both ends are in order', { saleStartsAt: early, saleEndsAt: late }],
    ['one end is open', { saleStartsAt: early }],
  ])('when %s, then it is good', (_, body) => {
    expect(faultyPaths(body)).toEqual([]);
  });
});
