import { createDropTally } from '../../../../src/services/drop/drop-tally.js';

describe('drop tally', () => {
  it('when answers of one batch come in any order, then the stock is the least that was said', () => {
    const tally = createDropTally(3);
    tally.count(1, 'won', { atMs: 5, tookMs: 5, stockAfter: 1 });
    tally.count(2, 'won', { atMs: 6, tookMs: 6, stockAfter: 2 });
    expect(tally.progress(7)).toEqual({ atMs: 7, stock: 1, sold: 2, refused: 0, failed: 0 });
    expect(tally.summary().soldOutMs).toBeNull();
    tally.count(3, 'won', { atMs: 8, tookMs: 8, stockAfter: 0 });
    tally.count(4, 'INSUFFICIENT_STOCK', { atMs: 9, tookMs: 2 });
    tally.count(5, 'UNAVAILABLE', { atMs: 10, tookMs: 2 });
    expect(tally.summary()).toMatchObject({ won: 3, refused: 1, failed: 1, soldOutMs: 8 });
  });

  it('when buyers have been told of, then they are not told of again', () => {
    const tally = createDropTally(1);
    tally.count(1, 'INSUFFICIENT_STOCK', { atMs: 1.23456, tookMs: 0.00049 });
    expect(tally.takeUntold()).toEqual([{ n: 1, outcome: 'INSUFFICIENT_STOCK', atMs: 1.235, tookMs: 0 }]);
    expect(tally.takeUntold()).toEqual([]);
  });

  it('when percentiles are asked for, then they are those of the nearest rank', () => {
    const tally = createDropTally(1);
    expect(tally.summary().latencyMs).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
    for (let n = 100; n >= 1; n--) tally.count(n, 'INSUFFICIENT_STOCK', { atMs: n, tookMs: n });
    expect(tally.summary().latencyMs).toEqual({ p50: 50, p90: 90, p99: 99, max: 100 });
  });
});
