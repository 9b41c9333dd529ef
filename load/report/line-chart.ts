import { escapeXml } from './escape.js';
import { short } from './format.js';

export interface Point {
  x: number;
  y: number;
}

export interface Series {
  label: string;
  points: readonly Point[];
  /** Drawn in pieces: what was wanted, beside what was. */
  dashed?: true;
}

export interface LineChart {
  title: string;
  unit: string;
  series: readonly Series[];
  /** Powers of ten evenly apart, for what spans several of them. */
  logarithmic?: true;
}

const width = 760;
const height = 250;
const left = 64;
const right = 14;
const top = 14;
const bottom = 30;
const colours = 6;
/** Of longer series the least and the greatest of each stretch are drawn, so that no peak is lost. */
const pointsMax = 400;

/** A figure at or above this one, a quarter of which is round. */
export const roundAbove = (value: number): number => {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
};

/** At most about `pointsMax` points that show every peak and every valley. */
export const thinned = (points: readonly Point[], most = pointsMax): readonly Point[] => {
  if (points.length <= most) return points;
  const stretch = Math.ceil((points.length * 2) / most);
  const kept: Point[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const within = points.slice(from, from + stretch);
    const byHeight = [...within].sort((one, other) => one.y - other.y);
    const ends = new Set([byHeight[0], byHeight.at(-1)]);
    kept.push(...within.filter((point) => ends.has(point)));
  }
  return kept;
};

interface Scale {
  at: (value: number) => number;
  ticks: readonly number[];
}

const linear = (values: readonly number[]): Scale => {
  const most = roundAbove(Math.max(...values, 0));
  const plot = height - top - bottom;
  return {
    at: (value) => top + plot * (1 - value / most),
    ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => share * most),
  };
};

const powersOfTen = (values: readonly number[]): Scale => {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive))));
  const plot = height - top - bottom;
  return {
    at: (value) => top + plot * (1 - (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  };
};

const tenth = (value: number): string => String(Math.round(value * 10) / 10);

/** Seconds as minutes where there are many. */
const timeOf = (seconds: number, most: number): string =>
  most > 300 ? `${short(seconds / 60)} min` : `${short(seconds)} s`;

const legend = (series: readonly Series[]): string =>
  series
    .map(
      ({ label }, index) =>
        `<tspan dx="${index === 0 ? 0 : 14}" style="fill:var(--s${(index % colours) + 1})">━ </tspan><tspan>${escapeXml(label)}</tspan>`,
    )
    .join('');

const path = ({ points, dashed }: Series, index: number, x: (value: number) => number, scale: Scale): string => {
  const moves = thinned(points).map(
    (point, at) => `${at === 0 ? 'M' : 'L'}${tenth(x(point.x))} ${tenth(scale.at(point.y))}`,
  );
  const dashes = dashed ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${moves.join('')}" fill="none" stroke-width="1.6" stroke-linejoin="round"${dashes} style="stroke:var(--s${(index % colours) + 1})"/>`;
};

/** Lines over time, the seconds on the x-axis, as a piece of SVG that takes its colours from the page; empty without a point. */
export const lineChart = ({ title, unit, series, logarithmic }: LineChart): string => {
  const drawn = series.filter(({ points }) => points.length > 0);
  const values = drawn.flatMap(({ points }) => points.map(({ y }) => y));
  if (values.length === 0) return '';
  const mostX = Math.max(...drawn.flatMap(({ points }) => points.map(({ x }) => x)), 1e-9);
  const scale = logarithmic && values.some((value) => value > 0) ? powersOfTen(values) : linear(values);
  const x = (value: number): number => left + ((width - left - right) * value) / mostX;
  const rows = scale.ticks.map(
    (tick) =>
      `<line x1="${left}" x2="${width - right}" y1="${tenth(scale.at(tick))}" y2="${tenth(scale.at(tick))}" style="stroke:var(--line)"/>` +
      `<text class="soft" x="${left - 6}" y="${tenth(scale.at(tick) + 4)}" text-anchor="end">${short(tick)}</text>`,
  );
  const columns = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    return `<text class="soft" x="${tenth(x(share * mostX))}" y="${height - 10}" text-anchor="${anchor}">${timeOf(share * mostX, mostX)}</text>`;
  });
  const named = `${title}${unit === '' ? '' : `, ${unit}`}`;
  return (
    `<svg viewBox="0 0 ${width} ${height + 26}" width="${width}" role="img" aria-label="${escapeXml(named)}">` +
    [...rows, ...columns, ...drawn.map((each, index) => path(each, index, x, scale))].join('\n') +
    `<text x="${left}" y="${height + 16}">${legend(drawn)}</text></svg>`
  );
};
