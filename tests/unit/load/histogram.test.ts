import { histogramQuantile } from '../../../load/orders/histogram.js';

const page = (counts: Readonly<Record<string, number>>, queue = 'stock.orders'): string =>
  [
    '# TYPE event_lag_seconds histogram',
    ...Object.entries(counts).map(([le, count]) => `event_lag_seconds_bucket{le="${le}",queue="${queue}"} ${count}`),
    `event_lag_seconds_sum{queue="${queue}"} 12.5`,
    `event_lag_seconds_count{queue="${queue}"} 100`,
  ].join('\n');
const at = (text: string, share: number) => histogramQuantile(text, 'event_lag_seconds', 'queue="stock.orders"', share);

describe('quantile of a histogram', () => {
  it('when the rank falls into a bucket, then values are taken for evenly spread in it', () => {
    const text = page({ '0.1': 50, '0.5': 90, '1': 100, '+Inf': 100 });
    expect(at(text, 0.5)).toBeCloseTo(0.1);
    expect(at(text, 0.7)).toBeCloseTo(0.3);
    expect(at(text, 0.99)).toBeCloseTo(0.95);
    expect(at(text, 0.25)).toBeCloseTo(0.05);
  });

  it('when it lies above the last bound, then that bound is all that is known', () => {
    expect(at(page({ '0.1': 50, '1': 60, '+Inf': 100 }), 0.99)).toBe(1);
  });

  it('when there are other queues, then only the asked one counts', () => {
    const other = page({ '0.1': 0, '1': 0, '+Inf': 1_000 }, 'orders.outcomes');
    expect(at(`${other}\n${page({ '0.1': 100, '1': 100, '+Inf': 100 })}`, 0.99)).toBeCloseTo(0.099);
  });

  it('when nothing was observed, then it is no number', () => {
    expect(at('', 0.5)).toBeNaN();
    expect(at(page({ '0.1': 0, '+Inf': 0 }), 0.5)).toBeNaN();
  });
});
