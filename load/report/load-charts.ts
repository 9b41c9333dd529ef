import type { Interval, LoadReport, Quantity, Sample, Waits } from '../scenarios/load-report.js';
import type { LineChart, Point, Series } from './line-chart.js';

const overIntervals = (
  intervals: readonly Interval[],
  label: string,
  pick: (interval: Interval) => number | null,
): Series => ({
  label,
  points: intervals.flatMap((interval): Point[] => {
    const y = pick(interval);
    return y === null ? [] : [{ x: interval.atSeconds, y }];
  }),
});

const overSamples = (samples: readonly Sample[], label: string, quantity: Quantity): Series => ({
  label,
  points: samples.flatMap(({ atSeconds, values }): Point[] => {
    const y = values[quantity];
    return y === undefined ? [] : [{ x: atSeconds, y }];
  }),
});

const waits = ({ intervals }: LoadReport, label: string, figure: keyof Waits): Series =>
  overIntervals(intervals, label, ({ all }) => all[figure]);

const perSecond = (count: number, { lengthSeconds }: Interval): number | null =>
  lengthSeconds > 0 ? count / lengthSeconds : null;

const loadCharts = (report: LoadReport): LineChart[] => [
  {
    ...{ title: 'Time to answer', unit: 'ms', logarithmic: true },
    series: [
      waits(report, 'median', 'p50Ms'),
      waits(report, '90th percentile', 'p90Ms'),
      waits(report, '99th percentile', 'p99Ms'),
    ],
  },
  {
    ...{ title: '99th percentile by kind', unit: 'ms', logarithmic: true },
    series: [
      overIntervals(report.intervals, 'reads', ({ groups }) => groups.read.p99Ms),
      overIntervals(report.intervals, 'stock moved', ({ groups }) => groups.stock.p99Ms),
      overIntervals(report.intervals, 'others', ({ groups }) => groups.other.p99Ms),
    ],
  },
  {
    ...{ title: 'Answers', unit: 'per second' },
    series: [
      overIntervals(report.intervals, 'answers', (interval) => perSecond(interval.all.answers, interval)),
      overIntervals(report.intervals, 'stock moved', (interval) => perSecond(interval.groups.stock.answers, interval)),
      overIntervals(report.intervals, 'unexpected or none', (interval) => perSecond(interval.failed, interval)),
    ],
  },
];

const sampled: readonly { title: string; unit: string; lines: readonly (readonly [string, Quantity])[] }[] = [
  {
    ...{ title: 'Stock of all products', unit: 'units' },
    lines: [
      ['in stock', 'stock'],
      ['reserved', 'reserved'],
      ['sold', 'sold'],
    ],
  },
  {
    ...{ title: 'Memory', unit: 'MiB' },
    lines: [
      ['service, resident', 'rssMiB'],
      ['its heap', 'heapMiB'],
      ['its buffers', 'externalMiB'],
      ['mongod, resident', 'mongodMiB'],
      ['Redis, resident', 'redisMiB'],
    ],
  },
  { title: 'Open descriptors of the service', unit: '', lines: [['descriptors', 'descriptors']] },
  {
    ...{ title: 'What waits', unit: '' },
    lines: [
      ['stock queue', 'stockQueue'],
      ['outbox', 'outbox'],
      ['event queues', 'eventQueue'],
      ['jobs', 'jobs'],
      ['dead letters', 'deadLetters'],
    ],
  },
  { title: 'Event loop lag', unit: 'ms', lines: [['99th percentile', 'lagP99Ms']] },
  {
    ...{ title: 'CPU', unit: 'cores' },
    lines: [
      ['service', 'serviceCpu'],
      ['mongod', 'mongodCpu'],
      ['generator', 'generatorCpu'],
    ],
  },
];

/** The plots of a run, those left out for which there is nothing to draw. */
export const chartsOf = (report: LoadReport): LineChart[] => {
  const ofSamples = sampled.map(({ title, unit, lines }): LineChart => ({
    ...{ title, unit },
    series: lines.map(([label, quantity]) => overSamples(report.samples, label, quantity)),
  }));
  return [...loadCharts(report), ...ofSamples].filter(({ series }) => series.some(({ points }) => points.length > 0));
};
