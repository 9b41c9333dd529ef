import { median } from '../bench/stats.js';
import type { Quantity, Sample, Trend } from './load-report.js';

export interface Point {
  atSeconds: number;
  value: number;
}

/** Of longer series every so-manieth point is taken: the pairs grow with the square. */
const pointsMax = 720;

/**
 * The middle one of the slopes of all pairs of points, per second: up to 29 % of the points may be outliers without moving it
 * (Theil 1950, Sen 1968). NaN for less than two points in time.
 */
export const theilSen = (points: readonly Point[]): number => {
  const every = Math.ceil(points.length / pointsMax);
  const chosen = points.filter((_, index) => index % every === 0);
  const slopes: number[] = [];
  chosen.forEach((one, index) => {
    for (const other of chosen.slice(index + 1)) {
      const apart = other.atSeconds - one.atSeconds;
      if (apart !== 0) slopes.push((other.value - one.value) / apart);
    }
  });
  return median(slopes);
};

/** What must not grow over a long run: by more than this share of its first value over the whole run, or this much. */
interface Wanted {
  quantity: Quantity;
  label: string;
  unit: string;
  growthShareMax: number;
  /** Growth below this is noise whatever the share. */
  growthMin: number;
}

const wanted: readonly Wanted[] = [
  { quantity: 'rssMiB', label: 'resident memory', unit: 'MiB', growthShareMax: 0.1, growthMin: 5 },
  { quantity: 'heapMiB', label: 'used heap', unit: 'MiB', growthShareMax: 0.1, growthMin: 5 },
  { quantity: 'descriptors', label: 'open descriptors', unit: '', growthShareMax: 0.05, growthMin: 3 },
  { quantity: 'stockQueue', label: 'stock queue', unit: '', growthShareMax: 0.1, growthMin: 5 },
  { quantity: 'outbox', label: 'outbox', unit: '', growthShareMax: 0.1, growthMin: 10 },
  { quantity: 'eventQueue', label: 'event queues', unit: '', growthShareMax: 0.1, growthMin: 10 },
  { quantity: 'jobs', label: 'jobs that wait', unit: '', growthShareMax: 0.1, growthMin: 10 },
  { quantity: 'lagP99Ms', label: 'event loop lag, 99th percentile', unit: 'ms', growthShareMax: 0.2, growthMin: 5 },
];

const minute = 60;

/** The middle value of a minute's points; where there are too few, of a tenth of them. */
const middleOf = (points: readonly Point[], fromSeconds: number): number => {
  const within = points.filter(({ atSeconds }) => atSeconds >= fromSeconds && atSeconds < fromSeconds + minute);
  return median((within.length > 0 ? within : points).map(({ value }) => value));
};

const judge = (points: readonly Point[], { label, unit, growthShareMax, growthMin }: Wanted): Trend => {
  const begin = points[0]?.atSeconds ?? 0;
  const end = points.at(-1)?.atSeconds ?? 0;
  const first = middleOf(points, begin);
  const slope = theilSen(points);
  const growth = slope * (end - begin);
  return {
    ...{ label, unit, first, last: middleOf(points, Math.max(begin, end - minute)) },
    slopePerHour: slope * 3600,
    growthShare: first > 0 ? growth / first : 0,
    flat: growth <= Math.max(growthMin, growthShareMax * first),
  };
};

/** What became of memory, descriptors, queues and lag after the warm-up; none where there were less than ten samples of it. */
export const judgeTrends = (samples: readonly Sample[], warmUpSeconds: number): Trend[] =>
  wanted.flatMap((each) => {
    const points = samples
      .filter(({ atSeconds }) => atSeconds >= warmUpSeconds)
      .flatMap(({ atSeconds, values }) => {
        const value = values[each.quantity];
        return value === undefined ? [] : [{ atSeconds, value }];
      });
    return points.length < 10 ? [] : [judge(points, each)];
  });
