import uPlot from 'uplot';
import type { Signal } from '../lib/signal.js';

export interface PlotSeries {
  label: string;
  /** The name of a custom property of the style sheet, as in `--plot-1`. */
  color: string;
  /** Filled down to the axis. */
  filled?: boolean;
  /** Holds its value until the next point, or has it since the one before. */
  stepped?: 'until' | 'since';
  /** Beside the colour, so that lines can be told apart without it. */
  line?: 'dashed' | 'dotted';
}

export interface PlotOptions {
  title: string;
  /** What the horizontal axis is called in the table. */
  xLabel: string;
  series: readonly PlotSeries[];
  /** Whether x is seconds since 1970. */
  isTime: boolean;
  formatX: (x: number) => string;
  /** What the axis says, where that is shorter; empty for a place between two values. */
  formatTick?: (x: number, span: number) => string;
  /** The least span of the horizontal axis, which ends with the newest value. */
  xSpanMin?: number;
  formatY: (y: number) => string;
  /** Told when colours change. */
  themeChanges: Signal<number>;
  signal: AbortSignal;
  /** The least span of the vertical axis. */
  yMin?: number;
}

export type PlotData = readonly [readonly number[], ...(readonly (readonly (number | null)[])[])];

/** In px. */
export const plotHeight = 180;
const dashes = { dashed: [6, 4], dotted: [2, 3] } as const;

/** The colour that a custom property comes to at present: a canvas can't take the property itself. */
const colorOf = (probe: HTMLElement, property: string): string => {
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color;
};

const faded = (color: string, percent: number): string =>
  `color-mix(in srgb, ${color} ${String(percent)}%, transparent)`;

const seriesOf = (series: PlotSeries, probe: HTMLElement, formatY: (y: number) => string): uPlot.Series => {
  const stroke = colorOf(probe, series.color);
  const paths =
    series.stepped === undefined ? undefined : uPlot.paths.stepped?.({ align: series.stepped === 'until' ? 1 : -1 });
  return {
    ...{ label: series.label, stroke, width: 2, spanGaps: false },
    // A line of one point would not be seen.
    points: { show: (plot) => plot.data[0].length < 2 },
    ...(series.filled ? { fill: faded(stroke, 14) } : {}),
    ...(paths === undefined ? {} : { paths }),
    ...(series.line === undefined ? {} : { dash: [...dashes[series.line]] }),
    value: (_plot, value) => formatY(value),
  };
};

const axesOf = ({ formatX, formatTick = formatX, formatY }: PlotOptions, probe: HTMLElement): uPlot.Axis[] => {
  const common = {
    stroke: colorOf(probe, '--ink-soft'),
    grid: { stroke: colorOf(probe, '--rule'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return [
    {
      ...{ ...common, grid: { show: false }, space: 76, size: 28 },
      values: (_plot, xs) => xs.map((x) => formatTick(x, (xs.at(-1) ?? x) - (xs[0] ?? x))),
    },
    { ...common, size: 56, values: (_plot, ys) => ys.map(formatY) },
  ];
};
/** From the oldest to the newest value, and never nothing. */
const spanOf = ({ xSpanMin = 1 }: PlotOptions, min: number, max: number): uPlot.Range.MinMax =>
  max - min >= xSpanMin ? [min, max] : [max - xSpanMin, max];

/** What uPlot is told: colours as they are at present, the index under the pointer to `read`. */
export const optionsOf = (
  options: PlotOptions,
  probe: HTMLElement,
  read: (index: number | null) => void,
  width: number,
) => ({
  ...{ width, height: plotHeight, legend: { show: false }, padding: [8, 28, 0, 0] as uPlot.Padding },
  cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
  scales: {
    x: { time: options.isTime, range: (_plot: uPlot, min: number, max: number) => spanOf(options, min, max) },
    y: {
      range: (_plot: uPlot, _min: number, max: number): uPlot.Range.MinMax => [
        0,
        Math.max(max * 1.08, options.yMin ?? 1),
      ],
    },
  },
  series: [{}, ...options.series.map((series) => seriesOf(series, probe, options.formatY))],
  axes: axesOf(options, probe),
  hooks: { setCursor: [(plot: uPlot) => read(plot.cursor.idx ?? null)] },
});
