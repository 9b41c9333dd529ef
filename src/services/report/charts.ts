import { escapeHtml } from '../../utils/escape-html.js';

export interface Point {
  label: string;
  value: number;
}

const width = 880;
const height = 240;
const left = 70;
const bottom = 24;
const top = 12;
const labelsMax = 8;

const round = (value: number): number => Math.round(value * 10) / 10;
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** The frame of a plot: its zero line, its highest and lowest value, and some of the labels along the bottom. */
const framed = (title: string, points: readonly Point[], low: number, high: number, inside: string): string => {
  const y = (value: number) => round(top + (1 - (value - low) / (high - low)) * (height - top - bottom));
  const every = Math.max(1, Math.ceil(points.length / labelsMax));
  const step = (width - left) / Math.max(1, points.length);
  const labels = points.map(({ label }, index) =>
    index % every === 0
      ? `<text x="${round(left + (index + 0.5) * step)}" y="${height - 6}" text-anchor="middle">${escapeHtml(label)}</text>`
      : '',
  );
  const lines = [...new Set([low, 0, high])]
    .filter((value) => value >= low && value <= high)
    .map(
      (value) =>
        `<line class="grid" x1="${left}" x2="${width}" y1="${y(value)}" y2="${y(value)}"/>` +
        `<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${short.format(value)}</text>`,
    );
  return (
    `<figure><figcaption>${escapeHtml(title)}</figcaption>` +
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">` +
    `${lines.join('')}${inside}${labels.join('')}</svg></figure>`
  );
};

const boundsOf = (points: readonly Point[]): { low: number; high: number } => {
  let low = 0;
  let high = 0;
  for (const { value } of points) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high: high === low ? low + 1 : high };
};

/** Upright bars, one a point; what is below zero hangs down. */
export const barChart = (title: string, points: readonly Point[]): string => {
  const { low, high } = boundsOf(points);
  const scale = (height - top - bottom) / (high - low);
  const step = (width - left) / Math.max(1, points.length);
  const zero = top + high * scale;
  const bars = points.map(({ label, value }, index) => {
    const y = value >= 0 ? zero - value * scale : zero;
    const x = left + (index + 0.1) * step;
    return (
      `<rect class="bar" x="${round(x)}" y="${round(y)}" width="${round(step * 0.8)}" height="${round(Math.abs(value) * scale)}">` +
      `<title>${escapeHtml(label)}: ${value}</title></rect>`
    );
  });
  return framed(title, points, low, high, bars.join(''));
};

/** A line through the points, as of a level that stays until it changes. */
export const stepChart = (title: string, points: readonly Point[]): string => {
  const { low, high } = boundsOf(points);
  const scale = (height - top - bottom) / (high - low);
  const step = (width - left) / Math.max(1, points.length);
  const path = points.map(({ value }, index) => {
    const y = round(top + (high - value) * scale);
    const x = round(left + index * step);
    return `${index === 0 ? `M${x} ${y}` : `V${y}`}H${round(x + step)}`;
  });
  return framed(title, points, low, high, `<path class="line" d="${path.join('')}"/>`);
};
