import { createBook } from '../../../../load/scenarios/book.js';
import { createLatencies } from '../../../../load/scenarios/latencies.js';
import type { Interval, LoadReport, Sample, Waits } from '../../../../load/scenarios/load-report.js';
import { metricSum } from '../../../../load/scenarios/metrics-page.js';
import { residentMiBOf } from '../../../../load/scenarios/sampler.js';
import { judgeThresholds } from '../../../../load/scenarios/thresholds.js';
import { judgeTrends, theilSen } from '../../../../load/scenarios/trend.js';

describe('createLatencies', () => {
  it('when a thousand times are added, then quantiles are right within two in a hundred', () => {
    const latencies = createLatencies();
    for (let ms = 1; ms <= 1_000; ms++) latencies.add(ms);
    for (const share of [0.01, 0.5, 0.9, 0.99]) {
      expect(Math.abs(latencies.quantile(share) / (1_000 * share) - 1)).toBeLessThan(0.02);
    }
    expect([latencies.quantile(1), latencies.count()]).toEqual([1_000, 1_000]);
  });
  it('when there are none, or no longer, then there is no quantile', () => {
    const latencies = createLatencies();
    expect(latencies.quantile(0.5)).toBeNaN();
    latencies.add(1e9);
    expect(latencies.quantile(0.5)).toBeGreaterThan(90_000);
    latencies.clear();
    expect(latencies.quantile(0.5)).toBeNaN();
  });
});

describe('createBook', () => {
  it('when answers come, then intervals, groups, outcomes and totals have them', () => {
    const book = createBook();
    book.enter({ action: 'show', status: 200, code: '', latencyMs: 2 });
    book.enter({ action: 'purchase', status: 409, code: 'INSUFFICIENT_STOCK', latencyMs: 4 });
    const first = book.closeInterval(1);
    book.enter({ action: 'purchase', status: 503, code: 'UNAVAILABLE', latencyMs: 8 });
    book.enter({ action: 'purchase', status: 0, code: '', latencyMs: 30_000 });
    const second = book.closeInterval(3);
    expect(first).toMatchObject({ atSeconds: 1, lengthSeconds: 1, failed: 0, all: { answers: 2 } });
    expect(first.groups).toMatchObject({
      read: { answers: 1 },
      stock: { answers: 1 },
      other: { answers: 0, p99Ms: null },
    });
    expect(second).toMatchObject({ lengthSeconds: 2, failed: 2, all: { answers: 1 } });
    const { all, actions, outcomes } = book.totals();
    expect(all.answers).toBe(3);
    expect(actions.map(({ action, answers }) => [action, answers])).toEqual([
      ['show', 1],
      ['purchase', 2],
    ]);
    expect(outcomes.map(({ status, expected }) => [status, expected])).toEqual([
      [200, true],
      [409, true],
      [503, false],
      [0, false],
    ]);
  });
});

const none: Waits = { answers: 0, p50Ms: null, p90Ms: null, p99Ms: null, maxMs: null };
const some = (p99Ms: number): Waits => ({ answers: 10, p50Ms: 1, p90Ms: 2, p99Ms, maxMs: p99Ms });

describe('judgeThresholds', () => {
  const interval = (atSeconds: number, p99Ms: number): Interval => ({
    ...{ atSeconds, lengthSeconds: 1, all: some(p99Ms), failed: 0 },
    groups: { read: some(p99Ms), stock: none, other: none },
  });
  const measured: Pick<LoadReport, 'all' | 'intervals' | 'outcomes' | 'audit' | 'seconds'> & { skipped: number } = {
    all: some(80),
    intervals: [interval(1, 500), interval(9, 20), interval(10, 30)],
    outcomes: [
      { action: 'show', status: 200, code: '', count: 98, expected: true },
      { action: 'show', status: 500, code: 'INTERNAL', count: 2, expected: false },
    ],
    ...{ audit: null, seconds: 10, skipped: 100 },
  };
  it('when figures are within, then they are met, and missed when they are not', () => {
    const judged = judgeThresholds(
      [
        { label: 'all', of: 'p99Ms', atMost: 80 },
        { label: 'late', of: 'p99Ms', lastSeconds: 2, atMost: 30 },
        { label: 'reads', of: 'p99Ms', group: 'read', atMost: 30 },
        { label: 'failed', of: 'failedShare', atMost: 0.01 },
        { label: 'rate', of: 'rateShare', atLeast: 0.5 },
      ],
      measured,
    );
    expect(judged.map(({ measured: value, met }) => [value, met])).toEqual([
      [80, true],
      [30, true],
      [500, false],
      [0.02, false],
      [0.5, true],
    ]);
  });
  it('when a figure is not there, then it has not met anything', () => {
    const [sold, stock] = judgeThresholds(
      [
        { label: 'sold', of: 'unitsSold', atMost: 100 },
        { label: 'stock', of: 'p99Ms', group: 'stock', atMost: 1 },
      ],
      measured,
    );
    expect([sold?.met, stock?.met]).toEqual([false, false]);
  });
});

describe('judgeTrends', () => {
  const samplesOf = (rssMiB: (second: number) => number): Sample[] =>
    Array.from({ length: 361 }, (_, i) => ({ atSeconds: i * 10, values: { rssMiB: rssMiB(i * 10), descriptors: 50 } }));
  const rss = (samples: Sample[]) => judgeTrends(samples, 300).find(({ label }) => label === 'resident memory');

  it('when points lie on a line but for a few, then the slope is the line’s', () => {
    const points = Array.from({ length: 50 }, (_, i) => ({ atSeconds: i, value: i % 7 === 0 ? 9_999 : 2 * i }));
    expect(theilSen(points)).toBeCloseTo(2, 0);
  });
  it('when memory swings and does not grow, then it is flat, whatever the warm-up did', () => {
    expect(rss(samplesOf((second) => (second < 300 ? second : 200 + 40 * Math.sin(second / 50))))).toMatchObject({
      flat: true,
    });
  });
  it('when it grows by a quarter, then it is not', () => {
    const found = rss(samplesOf((second) => 200 + (50 * second) / 3_600));
    expect(found).toMatchObject({ flat: false });
    expect(found?.slopePerHour).toBeCloseTo(50, 0);
  });
  it('when there are too few samples, then nothing is said', () => {
    expect(judgeTrends(samplesOf(() => 1).slice(0, 35), 300)).toEqual([]);
  });
});

describe('metricSum', () => {
  const page =
    '# HELP jobs x\njobs{queue="a",status="waiting"} 2\njobs{queue="b",status="waiting"} 3\njobs{queue="a",status="failed"} 9\njobs_tried_total 7\nlag NaN\nbytes 1.5e+6\n';
  it('when labels are named, then only their samples are added up', () => {
    expect(metricSum(page, 'jobs', 'status="waiting"')).toBe(5);
    expect(metricSum(page, 'jobs')).toBe(14);
    expect(metricSum(page, 'bytes')).toBe(1_500_000);
  });
  it('when there is none, or one of them cannot be told, then it is undefined', () => {
    expect([metricSum(page, 'job'), metricSum(page, 'lag')]).toEqual([undefined, undefined]);
  });
  it('when the kernel tells of memory, then it is read in MiB', () => {
    expect(residentMiBOf('Name:\tnode\nVmRSS:\t  2048 kB\n')).toBe(2);
    expect(residentMiBOf('')).toBeUndefined();
  });
});
