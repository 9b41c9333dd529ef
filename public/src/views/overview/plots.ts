import type { ViewContext } from '../../app-context.js';
import { duration, percentile, rate, timeOfDay } from '../../lib/format.js';
import type { Moment } from '../../live/figures-feed.js';
import { h } from '../../ui/dom.js';
import { createPlot } from '../../ui/plot.js';

type Line = (moment: Moment) => number | null;

const clock = (seconds: number): string => timeOfDay(new Date(seconds * 1_000).toISOString());

/** Purchases and refusals by the second, and how long they took, over the last five minutes. */
export const createOverviewPlots = ({ figures, theme, signal }: ViewContext): HTMLElement[] => {
  const common = { xLabel: 'Time', isTime: true, xSpanMin: 60, formatX: clock, themeChanges: theme.changes, signal };
  const sales = createPlot({
    ...{ ...common, title: 'Purchases a second', formatY: rate, yMin: 10 },
    series: [
      { label: 'sold', color: '--plot-1', filled: true },
      { label: 'refused', color: '--plot-2', line: 'dashed' },
    ],
  });
  const latency = createPlot({
    ...{ ...common, title: 'How long a purchase takes', formatY: duration, yMin: 10 },
    series: [
      { label: 'p50', color: '--plot-1' },
      { label: 'p90', color: '--plot-2', line: 'dashed' },
      { label: 'p99', color: '--plot-3', line: 'dotted' },
    ],
  });
  figures.state.follow(({ rates, latency: now }) => {
    const moments = figures.moments();
    const xs = moments.map(({ at }) => at);
    const lines = (...of: Line[]): (number | null)[][] => of.map((line) => moments.map(line));
    const said =
      rates === null
        ? 'Waiting for two readings.'
        : `${rate(rates.acceptedPerSecond)} sold and ${rate(rates.refusedPerSecond)} refused in the last second.`;
    sales.set(
      [
        xs,
        ...lines(
          (moment) => moment.accepted,
          (moment) => moment.refused,
        ),
      ],
      said,
    );
    latency.set(
      [
        xs,
        ...lines(
          (moment) => moment.p50,
          (moment) => moment.p90,
          (moment) => moment.p99,
        ),
      ],
      now.p50 === null
        ? 'No purchase in the last ten seconds.'
        : `Of the last ten seconds: half within ${percentile(now.p50)}, 99 of 100 within ${percentile(now.p99)}.`,
    );
  }, signal);
  return [sales, latency].map(({ element }) => h('div', { class: 'panel' }, element));
};
