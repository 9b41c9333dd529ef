import { backoffMs } from '../../../public/src/lib/backoff.js';
import { bucketsBetween, bucketsTogether, percentileOf } from '../../../public/src/lib/histogram.js';
import { latencyOver, ratesBetween, type Counters } from '../../../public/src/lib/rates.js';
import { createRing } from '../../../public/src/lib/ring.js';

describe('ring', () => {
  it('when more is pushed than it holds, then the oldest goes', () => {
    const ring = createRing<number>(3);
    expect(ring.last()).toBeUndefined();
    for (const value of [1, 2, 3, 4, 5]) ring.push(value);
    expect(ring.toArray()).toEqual([3, 4, 5]);
    expect(ring.last()).toBe(5);
    expect(ring.size()).toBe(3);
  });

  it('when it is cleared, then it begins anew', () => {
    const ring = createRing<number>(2);
    for (const value of [1, 2, 3]) ring.push(value);
    ring.clear();
    ring.push(9);
    expect(ring.toArray()).toEqual([9]);
  });
});

const boundsMs = [1, 10, 100];

describe('percentiles', () => {
  it('when all lies in one bucket, then it is taken to lie evenly there', () => {
    expect(percentileOf({ boundsMs, counts: [0, 10, 0, 0] }, 0.5)).toEqual({ ms: 5.5, beyond: false });
    expect(percentileOf({ boundsMs, counts: [10, 0, 0, 0] }, 1)).toEqual({ ms: 1, beyond: false });
  });

  it('when it lies above the last bound, then only that is said', () => {
    expect(percentileOf({ boundsMs, counts: [90, 0, 0, 10] }, 0.99)).toEqual({ ms: 100, beyond: true });
  });

  it('when nothing was observed, then there is none', () => {
    expect(percentileOf({ boundsMs, counts: [0, 0, 0, 0] }, 0.5)).toBeNull();
  });

  it('when two readings are of the same histogram, then their difference is what came between', () => {
    const before = { boundsMs, counts: [1, 2, 3, 4] };
    expect(bucketsBetween(before, { boundsMs, counts: [1, 5, 3, 5] })).toEqual({ boundsMs, counts: [0, 3, 0, 1] });
  });

  it('when counts went back or bounds differ, then nothing can be said', () => {
    const before = { boundsMs, counts: [1, 2, 3, 4] };
    expect(bucketsBetween(before, { boundsMs, counts: [0, 2, 3, 4] })).toBeNull();
    expect(bucketsBetween(before, { boundsMs: [1, 10, 200], counts: [1, 2, 3, 4] })).toBeNull();
  });

  it('when several are added up, then each bucket is', () => {
    const one = { boundsMs, counts: [1, 0, 2, 0] };
    expect(bucketsTogether([one, one])).toEqual({ boundsMs, counts: [2, 0, 4, 0] });
    expect(bucketsTogether([])).toBeNull();
  });
});

const counters = (second: number, changes: Partial<Counters> = {}): Counters => ({
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  process: { uptimeSeconds: 100 + second },
  purchases: { accepted: 10, refused: { INSUFFICIENT_STOCK: 5 } },
  latency: { boundsMs, counts: [0, 0, 0, 0] },
  requests: { total: 100, errors: 0 },
  cache: { hits: 0, misses: 0, bypassed: 0 },
  ...changes,
});

describe('rates', () => {
  it('when two readings are two seconds apart, then everything is by the second', () => {
    const after = counters(2, {
      purchases: { accepted: 30, refused: { INSUFFICIENT_STOCK: 7, LIMIT_REACHED: 2 } },
      requests: { total: 200, errors: 5 },
      cache: { hits: 9, misses: 1, bypassed: 4 },
    });
    expect(ratesBetween(counters(0), after)).toMatchObject({
      ...{ seconds: 2, acceptedPerSecond: 10, refusedPerSecond: 2, requestsPerSecond: 50 },
      ...{ errorShare: 0.05, hitShare: 0.9 },
    });
  });

  it('when nothing was asked, then shares are not known', () => {
    expect(ratesBetween(counters(0), counters(1))).toMatchObject({ errorShare: null, hitShare: null });
  });

  it('when the process has started anew, then there is nothing to compare', () => {
    expect(ratesBetween(counters(5), { ...counters(6), process: { uptimeSeconds: 1 } })).toBeNull();
    expect(ratesBetween(counters(0), counters(1, { requests: { total: 3, errors: 0 } }))).toBeNull();
    expect(ratesBetween(counters(1), counters(1))).toBeNull();
  });

  it('when several readings are taken together, then the percentiles are of all', () => {
    const fast = { boundsMs, counts: [98, 0, 0, 0] };
    const slow = { boundsMs, counts: [0, 0, 2, 0] };
    const { p50, p99 } = latencyOver([fast, slow]);
    expect(p50?.ms).toBeLessThan(1);
    expect(p99?.ms).toBe(55);
    expect(latencyOver([])).toEqual({ p50: null, p90: null, p99: null });
  });
});

describe('backoff', () => {
  it('when failures go on, then it doubles up to the cap, half of it by chance', () => {
    const of = (failures: number, chance: number) =>
      backoffMs(failures, { baseMs: 1_000, capMs: 8_000, random: () => chance });
    expect([of(0, 0), of(1, 0), of(2, 0), of(3, 0), of(50, 0)]).toEqual([500, 1_000, 2_000, 4_000, 4_000]);
    expect(of(0, 0.5)).toBe(750);
    expect(of(1_000, 0.999)).toBeLessThanOrEqual(8_000);
  });
});
