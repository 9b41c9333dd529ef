import type { LoadReport, Waits } from '../scenarios/load-report.js';
import { isSound } from '../scenarios/sound.js';
import { escapeXml } from './escape.js';
import { short, whole } from './format.js';
import { lineChart } from './line-chart.js';
import { chartsOf } from './load-charts.js';
import { loadStyle } from './style.js';
import { barChart } from './svg.js';

const cells = (values: readonly string[], tag: 'td' | 'th' = 'td'): string =>
  `<tr>${values.map((value) => `<${tag}>${value}</${tag}>`).join('')}</tr>`;

const table = (heads: readonly string[], rows: readonly string[]): string =>
  rows.length === 0
    ? ''
    : `<div class="wide"><table><thead>${cells(heads, 'th')}</thead><tbody>${rows.join('\n')}</tbody></table></div>`;

const ms = (value: number | null): string => (value === null ? '–' : short(value));

const state = (good: boolean, yes: string, no: string): string =>
  good ? `<span class="met">${yes}</span>` : `<span class="below">${no}</span>`;

const waitsRow = (name: string, { answers, p50Ms, p90Ms, p99Ms, maxMs }: Waits): string =>
  cells([escapeXml(name), whole(answers), ms(p50Ms), ms(p90Ms), ms(p99Ms), ms(maxMs)]);

const thresholds = (report: LoadReport): string =>
  table(
    ['asked', 'wanted', 'measured', ''],
    report.thresholds.map(({ label, wish, measured, met }) =>
      cells([escapeXml(label), escapeXml(wish), short(measured), state(met, 'met', 'missed')]),
    ),
  );

const trends = (report: LoadReport): string =>
  report.trends.length === 0
    ? ''
    : `<h2>Does anything grow?</h2><p class="soft">After the warm-up; the slope is the middle one of all pairs of samples (Theil–Sen).</p>${table(
        ['', 'first minute', 'last minute', 'slope, per hour', 'growth over the run', ''],
        report.trends.map(({ label, unit, first, last, slopePerHour, growthShare, flat }) =>
          cells([
            escapeXml(label),
            `${short(first)} ${unit}`,
            `${short(last)} ${unit}`,
            `${short(slopePerHour)} ${unit}`,
            `${short(growthShare * 100)} %`,
            state(flat, 'flat', 'grows'),
          ]),
        ),
      )}`;

const auditPart = ({ audit }: LoadReport): string => {
  if (audit === null) return '';
  const { received, stock, reserved, sold, purchases, orders, unknown, faults } = audit;
  const sum = `${whole(received)} received = ${whole(stock)} in stock + ${whole(reserved)} reserved + ${whole(sold)} sold`;
  const verdict =
    faults.length === 0
      ? `<p>${state(true, 'Clean', '')}: ${sum}; ${whole(purchases)} purchases and ${whole(orders)} orders were answered 201, each purchase has exactly one line of the ledger and no order was served twice; of ${whole(unknown)} requests the outcome stayed unknown.</p>`
      : `<p>${state(false, '', 'Not clean')}: ${sum}.</p><ul>${faults
          .slice(0, 50)
          .map((fault) => `<li>${escapeXml(fault)}</li>`)
          .join('')}</ul>`;
  return `<h2>Audit</h2>${verdict}`;
};

const outcomes = ({ outcomes: all }: LoadReport): string => {
  const bars = [...all]
    .sort((one, other) => other.count - one.count)
    .map(({ action, status, code, count, expected }) => ({
      label: `${action}: ${status === 0 ? 'no answer' : String(status)}${code === '' ? '' : ` ${code}`}`,
      ...{ value: count, points: [], text: `${whole(count)}${expected ? '' : ', unexpected'}`, ours: expected },
    }));
  return bars.length === 0 ? '' : `<h2>Outcomes</h2><div class="wide">${barChart('Outcomes', bars)}</div>`;
};

const machinePart = ({ machine }: LoadReport): string =>
  machine === null
    ? 'The service was elsewhere.'
    : `${machine.cores} cores (${escapeXml(machine.cpu)}), ${machine.memoryGiB} GiB, ${escapeXml(machine.system)}, Node ${escapeXml(machine.node)}, MongoDB ${escapeXml(machine.mongod)}, load average before the start ${machine.loadAtStart}; generator, service and databases share the machine.`;

/** A run as one page that needs nothing but itself. */
export const toLoadHtml = (report: LoadReport): string => {
  const settings = Object.entries(report.settings).map(([name, value]) => `${name}: ${String(value)}`);
  const plots = chartsOf(report).map((chart) => {
    const title = `${chart.title}${chart.unit === '' ? '' : `, ${chart.unit}`}`;
    return `<h2>${escapeXml(title)}</h2><div class="wide">${lineChart(chart)}</div>`;
  });
  const heads = ['', 'answers', 'median, ms', '90 %, ms', '99 %, ms', 'longest, ms'];
  const rows = [waitsRow('all', report.all), ...report.actions.map((action) => waitsRow(action.action, action))];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stockroom under load: ${report.scenario}</title><style>${loadStyle}</style></head><body>
<h1>Stockroom under load: ${report.scenario}</h1>
<p>${escapeXml(report.about)}. ${state(isSound(report), 'All that was asked was met.', 'Not all that was asked was met.')}</p>
<p class="soft">${escapeXml(report.startedAt)}, ${short(report.seconds)} s, by ${report.tool}. ${escapeXml(settings.join(', '))}. ${machinePart(report)}</p>
${report.notes.map((note) => `<p>${escapeXml(note)}</p>`).join('\n')}
${thresholds(report)}
${trends(report)}
${auditPart(report)}
${plots.join('\n')}
${outcomes(report)}
<h2>By action</h2>
${table(heads, rows)}
</body></html>
`;
};
