import { escapeXml } from '../report/escape.js';
import { cell, short, whole } from '../report/format.js';
import { hotShareMin, type ProfileSummary } from './summary.js';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const us = (value: number): string => `${short(value)} µs`;

const callersOf = ({ callers }: ProfileSummary['functions'][number]): string =>
  callers.map(({ name, share }) => `${name} ${(share * 100).toFixed(0)} %`).join(', ');

/** What is over the limit. */
export const hotOf = ({ functions }: ProfileSummary): ProfileSummary['functions'] =>
  functions.filter(({ self }) => self.share >= hotShareMin);

const headline = ({ line, label, rate, serverCpuUs, busyShare, seconds }: ProfileSummary): string =>
  `Line ${line}, ${label}: ${whole(rate)}/s while profiled for ${seconds} s, server CPU ${
    serverCpuUs === null ? '–' : us(serverCpuUs)
  } per answer, main thread busy ${percent(busyShare)}`;

/** For a terminal. */
export const profileTable = (summary: ProfileSummary): string => {
  const hot = hotOf(summary);
  const row = (entry: ProfileSummary['functions'][number]): string =>
    `${percent(entry.self.share).padStart(7)} ${us(entry.self.perAnswerUs).padStart(9)}  ${cell(entry.name, 34)} ${cell(entry.place, 52)} ${callersOf(entry)}`;
  return [
    headline(summary),
    `own time, of the busy time and per answer; over ${percent(hotShareMin)}:`,
    ...hot.map(row),
    'the next:',
    ...summary.functions.slice(hot.length, hot.length + 15).map(row),
    'by owner:',
    ...summary.owners
      .slice(0, 15)
      .map(({ owner, share, perAnswerUs }) => `${percent(share).padStart(7)} ${us(perAnswerUs).padStart(9)}  ${owner}`),
  ].join('\n');
};

const style = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2430; background: #fff; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } .wide { overflow-x: auto; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .25rem .7rem; border-bottom: 1px solid #d7dce3; } .hot { font-weight: 600; }
.soft { color: #667085; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
`;

const functionRows = (summary: ProfileSummary): string =>
  summary.functions
    .map(
      (entry) =>
        `<tr${entry.self.share >= hotShareMin ? ' class="hot"' : ''}><td class="n">${percent(entry.self.share)}</td><td class="n">${us(entry.self.perAnswerUs)}</td>` +
        `<td class="n">${percent(entry.total.share)}</td><td>${escapeXml(entry.name)}</td><td>${escapeXml(entry.place)}</td><td class="soft">${escapeXml(callersOf(entry))}</td></tr>`,
    )
    .join('\n');

/** A page that needs nothing but itself: the flame graph, functions by their own time, whose they are. */
export const profilePage = (summary: ProfileSummary, graph: string): string => {
  const { machine } = summary;
  const owners = summary.owners
    .map(
      ({ owner, share, perAnswerUs }) =>
        `<tr><td class="n">${percent(share)}</td><td class="n">${us(perAnswerUs)}</td><td>${escapeXml(owner)}</td></tr>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Profile of line ${escapeXml(summary.line)}</title><style>${style}</style></head><body>
<h1>${escapeXml(headline(summary))}</h1>
<p>${summary.at}, ${machine.cores} cores (${escapeXml(machine.cpu)}), Node ${escapeXml(machine.node)}, load before the start ${machine.loadAtStart}.
Shares are of the time in which the main thread had something to do. Blue: this service; amber: packages; green: Node; grey: the engine
and what it does outside of JavaScript. Hover for the figures; what took less than 0.2 % is not drawn.</p>
<div class="wide">${graph}</div>
<h2>Functions by their own time</h2>
<div class="wide"><table><thead><tr><th>own</th><th>per answer</th><th>with callees</th><th>function</th><th>where</th><th>called by</th></tr></thead>
<tbody>${functionRows(summary)}</tbody></table></div>
<h2>By owner</h2>
<table><tbody>${owners}</tbody></table>
</body></html>
`;
};
