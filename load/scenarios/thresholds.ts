import type { Interval, Judged, LoadReport } from './load-report.js';
import type { Threshold } from './scenario.js';

/** What thresholds are held against. */
export interface Measured extends Pick<LoadReport, 'all' | 'intervals' | 'outcomes' | 'audit' | 'seconds'> {
  /** Requests that were due and not sent. */
  skipped: number;
}

/** The worst interval's figure: percentiles of intervals cannot be added up to one of the whole. */
const worstOf = (intervals: readonly Interval[], pick: (interval: Interval) => number | null): number => {
  const known = intervals.map(pick).filter((value) => value !== null);
  return known.length === 0 ? NaN : Math.max(...known);
};

const waitOf = ({ of, group, lastSeconds }: Threshold, measured: Measured): number => {
  const figure = of === 'p50Ms' ? 'p50Ms' : 'p99Ms';
  if (group === undefined && lastSeconds === undefined) return measured.all[figure] ?? NaN;
  const from = measured.seconds - (lastSeconds ?? Infinity);
  const late = measured.intervals.filter(({ atSeconds, lengthSeconds }) => atSeconds - lengthSeconds >= from);
  return worstOf(late, ({ all, groups }) => (group === undefined ? all : groups[group])[figure]);
};

const measure = (threshold: Threshold, measured: Measured): number => {
  const total = measured.outcomes.reduce((sum, { count }) => sum + count, 0);
  switch (threshold.of) {
    case 'p50Ms':
    case 'p99Ms':
      return waitOf(threshold, measured);
    case 'failedShare': {
      const failed = measured.outcomes.reduce((sum, { count, expected }) => sum + (expected ? 0 : count), 0);
      return total === 0 ? NaN : failed / total;
    }
    case 'rateShare':
      return total / (total + measured.skipped);
    case 'unitsSold':
      return measured.audit?.sold ?? NaN;
  }
};

/** What was asked and what came of it; a figure that is not there has not met anything. */
export const judgeThresholds = (thresholds: readonly Threshold[], measured: Measured): Judged[] =>
  thresholds.map((threshold) => {
    const { label, atMost, atLeast } = threshold;
    const value = measure(threshold, measured);
    const met = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
    const wish = atMost === undefined ? `≥ ${String(atLeast ?? 0)}` : `≤ ${String(atMost)}`;
    return { label, wish, measured: value, met: met && !Number.isNaN(value) };
  });
