import uPlot from 'uplot';
import { h, setText } from './dom.js';
import { optionsOf, plotHeight, type PlotData, type PlotOptions, type PlotSeries } from './plot-options.js';
import { createPlotTable } from './plot-table.js';

export interface Plot {
  element: HTMLElement;
  /** @param summary what there is to see, in a sentence, for those who don't */
  set: (data: PlotData, summary: string) => void;
}

const legendOf = (series: readonly PlotSeries[]): HTMLElement =>
  h(
    'ul',
    { class: 'legend' },
    ...series.map(({ label, color, line = 'solid' }) => {
      const swatch = h('span', { class: 'swatch', 'data-line': line, 'aria-hidden': 'true' });
      swatch.style.borderTopColor = `var(${color})`;
      return h('li', {}, swatch, label);
    }),
  );

/** A plot with a legend, a sentence that says what is to be seen, the values under the pointer, and its numbers as a table. */
export const createPlot = (options: PlotOptions): Plot => {
  const { title, series, formatX, formatY, themeChanges, signal } = options;
  const probe = h('span', { hidden: true });
  const canvas = h('div', { class: 'plot-canvas', 'aria-hidden': 'true' });
  const said = h('p', { class: 'quiet plot-summary' });
  const readout = h('p', { class: 'readout quiet', 'aria-hidden': 'true' });
  const table = createPlotTable(options);
  const element = h(
    'figure',
    { class: 'plot' },
    h('figcaption', {}, h('span', { class: 'plot-title' }, title), legendOf(series), said),
    ...[canvas, readout, table.element, probe],
  );
  let data: PlotData = [[], ...series.map(() => [])];
  let plot: uPlot | null = null;

  const read = (index: number | null): void => {
    const x = index === null ? undefined : data[0][index];
    const values = series.map(({ label }, which) => {
      const value = index === null ? null : data[which + 1]?.[index];
      return `${label} ${value === null || value === undefined ? '–' : formatY(value)}`;
    });
    setText(readout, x === undefined ? '' : `${formatX(x)}: ${values.join(', ')}`);
  };
  const draw = (): void => {
    const width = Math.floor(canvas.clientWidth);
    if (signal.aborted || width === 0) return;
    if (plot === null) plot = new uPlot(optionsOf(options, probe, read, width), data as uPlot.AlignedData, canvas);
    else if (plot.width !== width) plot.setSize({ width, height: plotHeight });
  };
  const redraw = (): void => {
    plot?.destroy();
    plot = null;
    draw();
  };

  const observer = new ResizeObserver(draw);
  observer.observe(canvas);
  themeChanges.follow(redraw, signal);
  signal.addEventListener(
    'abort',
    () => {
      observer.disconnect();
      plot?.destroy();
    },
    { once: true },
  );
  return {
    element,
    set: (next, summary) => {
      data = next;
      plot?.setData(next as uPlot.AlignedData);
      setText(said, summary);
      table.set(next);
    },
  };
};
