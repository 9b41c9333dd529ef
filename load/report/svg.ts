import { escapeXml } from './escape.js';

export interface Bar {
  label: string;
  /** The bar's length. */
  value: number;
  /** Single rounds, drawn as dots. */
  points: readonly number[];
  /** What stands behind the bar. */
  text: string;
  ours: boolean;
}

const rowHeight = 26;
const labelWidth = 360;
const plotWidth = 480;
const textWidth = 110;

/** Horizontal bars from zero, one dot per round, as a piece of SVG that takes its colours from the page. */
export const barChart = (title: string, bars: readonly Bar[]): string => {
  const longest = Math.max(...bars.flatMap((bar) => [bar.value, ...bar.points]), Number.MIN_VALUE);
  const width = (value: number): number => Math.round((value / longest) * plotWidth * 10) / 10;
  const rows = bars.map((bar, index) => {
    const y = index * rowHeight;
    const middle = y + rowHeight / 2;
    const dots = bar.points.map(
      (point) =>
        `<circle cx="${labelWidth + width(point)}" cy="${middle}" r="2.5" style="fill:var(--dot)" opacity=".55"/>`,
    );
    const end = labelWidth + Math.max(width(bar.value), ...bar.points.map(width)) + 8;
    return (
      `<text x="${labelWidth - 8}" y="${middle + 4}" text-anchor="end">${escapeXml(bar.label)}</text>` +
      `<rect x="${labelWidth}" y="${y + 5}" width="${width(bar.value)}" height="${rowHeight - 10}" rx="2" style="fill:var(--${bar.ours ? 'ours' : 'other'})"/>` +
      `${dots.join('')}<text class="soft" x="${end}" y="${middle + 4}">${escapeXml(bar.text)}</text>`
    );
  });
  const size = `0 0 ${labelWidth + plotWidth + textWidth} ${bars.length * rowHeight}`;
  return `<svg viewBox="${size}" width="${labelWidth + plotWidth + textWidth}" role="img" aria-label="${escapeXml(title)}">${rows.join('\n')}</svg>`;
};
