import { none } from '../lib/format.js';
import { fill, h } from './dom.js';
import type { PlotData, PlotOptions } from './plot-options.js';

/** Nobody reads a thousand rows; of more points some are shown, evenly spread, the newest always. */
const rowsMax = 60;

/** The indexes that are shown of so many points, the newest first. */
export const shownIndexes = (points: number): number[] => {
  const step = Math.max(1, Math.ceil(points / rowsMax));
  const indexes: number[] = [];
  for (let index = points - 1; index >= 0; index -= step) indexes.push(index);
  return indexes;
};

/** A plot's numbers, drawn only once somebody opens them. */
export const createPlotTable = ({
  title,
  xLabel,
  series,
  formatX,
  formatY,
}: Omit<PlotOptions, 'signal' | 'themeChanges'>) => {
  let data: PlotData = [[]];
  const body = h('tbody');
  const head = h(
    'tr',
    {},
    ...[xLabel, ...series.map(({ label }) => label)].map((text) => h('th', { scope: 'col' }, text)),
  );
  const table = h('table', {}, h('caption', { class: 'sr-only' }, title), h('thead', {}, head), body);
  const scroll = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${title} as a table` }, table);

  const textOf = (value: number | null | undefined): string =>
    value === null || value === undefined ? none : formatY(value);
  const draw = (): void => {
    if (!element.open) return;
    const rows = shownIndexes(data[0].length).map((index) => {
      const cells = series.map((_, which) => h('td', { class: 'number' }, textOf(data[which + 1]?.[index])));
      return h('tr', {}, h('th', { scope: 'row' }, formatX(data[0][index] ?? 0)), ...cells);
    });
    fill(body, ...rows);
  };
  const element = h('details', { class: 'plot-table', ontoggle: draw }, h('summary', {}, 'Show as a table'), scroll);
  return {
    element,
    set: (next: PlotData): void => {
      data = next;
      draw();
    },
  };
};
