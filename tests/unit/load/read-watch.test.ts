import { seqOf, stockOf } from '../../../load/bench/read-watch.js';

describe('seqOf', () => {
  it.each([
    ['"3.17"', 17],
    ['"1.0"', 0],
    ['W/"3.17"', NaN],
    ['"3"', NaN],
    [undefined, NaN],
  ])('when the ETag is %p, then seq is %p', (etag, seq) => {
    expect(seqOf(etag)).toBe(seq);
  });
});

describe('stockOf', () => {
  it('when a product is shown, then its stock is found and no other number', () => {
    expect(stockOf('{"data":{"price":5,"stock":999983,"sold":17,"lowStockThreshold":3}}')).toBe(999_983);
  });
  it('when there is none, then it is no number', () => {
    expect(stockOf('{"message":"Not found"}')).toBeNaN();
  });
});
