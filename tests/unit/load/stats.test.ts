import { median, quantile } from '../../../load/bench/stats.js';

describe('median', () => {
  it('when the count is odd, then it is the middle value whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });
  it('when the count is even, then it is the mean of the middle two', () => {
    expect(median([10, 2, 4, 8])).toBe(6);
  });
  it('when there are no values, then it is no number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  it('when 100 values are given, then the 99th percentile is the 99th of them', () => {
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 1)).toBe(100);
  });
  it('when one value is given, then every quantile is it', () => {
    expect(quantile([7], 0)).toBe(7);
    expect(quantile([7], 0.99)).toBe(7);
  });
  it('when there are no values, then it is no number', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});
