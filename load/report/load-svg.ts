import type { LoadReport } from '../scenarios/load-report.js';
import { escapeXml } from './escape.js';
import { lineChart } from './line-chart.js';
import { chartsOf } from './load-charts.js';
import { palette } from './style.js';

const rowHeight = 310;
const width = 780;

/** The plots of these titles as one picture that carries its colours along, for pages that only take pictures. */
export const toLoadSvg = (report: LoadReport, titles: readonly string[]): string => {
  const charts = chartsOf(report).filter(({ title }) => titles.includes(title));
  const rows = charts.map((chart, index) => {
    const title = `${chart.title}${chart.unit === '' ? '' : `, ${chart.unit}`}`;
    const plot = lineChart(chart).replace('<svg ', `<svg x="10" y="${index * rowHeight + 26}" height="276" `);
    return `<text x="14" y="${index * rowHeight + 20}" class="head">${escapeXml(title)}</text>${plot}`;
  });
  const high = charts.length * rowHeight;
  const style = `${palette('svg')} text { font: 13px system-ui, sans-serif; fill: var(--ink); } .soft { fill: var(--soft); } .head { font-weight: 600; }`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${high}" width="${width}" height="${high}" role="img" aria-label="${escapeXml(`Stockroom under load: ${report.scenario}`)}">` +
    `<style>${style}</style><rect width="${width}" height="${high}" style="fill:var(--page)"/>${rows.join('\n')}</svg>\n`
  );
};
