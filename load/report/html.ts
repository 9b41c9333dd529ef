import { escapeXml } from './escape.js';
import { cpuOf, figureOf, measured, medianRun, short, spread, stateOf, verdictState, whole, wish } from './format.js';
import type { HistoryEntry } from './history.js';
import { historySection } from './history-html.js';
import { memorySection } from './memory-html.js';
import { barChart, type Bar } from './svg.js';
import type { LineResult } from '../bench/judge-line.js';
import type { Results } from './results.js';

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #667085; --line: #d7dce3; --page: #fff; --ours: #2563eb; --other: #98a2b3; --dot: #111827; --good: #15803d; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #98a2b3; --line: #344054; --page: #101620; --ours: #60a5fa; --other: #667085; --dot: #f2f4f7; --good: #4ade80; --bad: #f97066; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; } .met { color: var(--good); } .below, .none { color: var(--bad); font-weight: 600; }
.soft { color: var(--soft); } .wide { overflow-x: auto; } svg { max-width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg .soft { fill: var(--soft); } .cards { display: flex; flex-wrap: wrap; gap: .6rem 1.4rem; } figure { margin: 0; } figcaption { font-size: .85rem; }
`;

const verdictRows = (result: LineResult, runs: Results['runs']): string => {
  const { id, work, against } = result.line;
  const head = `<td>${escapeXml(id)}</td><td>${escapeXml(work)}</td><td>${escapeXml(against)}</td>`;
  if (result.faults.length > 0) {
    const why = escapeXml(result.faults.slice(0, 3).join('; '));
    return `<tr>${head}<td colspan="4" class="soft">${why}</td><td class="none">no figure</td></tr>`;
  }
  return result.verdicts
    .map((verdict, index) => {
      const lead = index === 0 ? head : '<td></td><td></td><td></td>';
      const figure = `<b>${measured(verdict)}</b> <span class="soft">${spread(verdict)}</span>`;
      const state = `<td class="${verdict.met ? 'met' : 'below'}">${escapeXml(verdictState(verdict, result))}</td>`;
      return `<tr>${lead}<td>${escapeXml(verdict.target.label)}</td><td>${figure}</td><td>${wish(verdict.target)}</td><td>${cpuOf(verdict, runs)}</td>${state}</tr>`;
    })
    .join('\n');
};

const charts = (results: Results): string => {
  const groups = new Map<string, Bar[]>();
  const add = (title: string, bar: Bar): void => void groups.set(title, [...(groups.get(title) ?? []), bar]);
  for (const { id, label, server } of results.scenarios) {
    const ours = server.startsWith('ours') || server === 'fast-express';
    const runs = results.runs.get(id) ?? [];
    if (runs.length === 0) continue;
    const middle = medianRun(runs);
    const bar = (value: number, points: number[], text: string): Bar => ({
      label,
      value,
      points,
      text,
      ours,
    });
    if (middle.rate === null) {
      const points = runs.map((run) => run.p50Ms);
      add('Wall time of a burst, ms (less is better)', bar(middle.p50Ms, points, `${short(middle.p50Ms)} ms`));
      continue;
    }
    const rates = runs.map((run) => run.rate ?? 0);
    add('Answers per second (more is better)', bar(middle.rate, rates, `${whole(middle.rate)}/s`));
    const waits = runs.map((run) => run.p99Ms);
    add('99th percentile of the wait, ms (less is better)', bar(middle.p99Ms, waits, `${short(middle.p99Ms)} ms`));
    if (middle.serverCpuUs === null) continue;
    const costs = runs.map((run) => run.serverCpuUs ?? 0);
    add(
      'Server CPU per answer, µs (less is better)',
      bar(middle.serverCpuUs, costs, `${whole(middle.serverCpuUs)} µs`),
    );
  }
  return [...groups]
    .map(([title, bars]) => `<h2>${escapeXml(title)}</h2>\n<div class="wide">${barChart(title, bars)}</div>`)
    .join('\n');
};

const scenarioRows = ({ scenarios, runs }: Results): string =>
  scenarios
    .map(({ id, label }) => {
      const rounds = runs.get(id) ?? [];
      if (rounds.length === 0) return '';
      const middle = medianRun(rounds);
      const mongo = `${short(middle.mongoCommands)} commands, ${short(middle.mongoWrites)} documents written`;
      return `<tr><td>${escapeXml(label)}</td><td>${escapeXml(figureOf(middle))}</td><td>${mongo}</td></tr>`;
    })
    .join('\n');

/** The results as one page that needs nothing but itself: the verdicts, the plots as inline SVG, the plain figures. */
export const toHtml = (results: Results, history: readonly HistoryEntry[] = []): string => {
  const { machine, settings, startedAt } = results;
  const below = results.results.filter((result) => stateOf(result) !== 'met').length;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stockroom bench</title><style>${style}</style></head><body>
<h1>Stockroom bench</h1>
<p>${results.results.length - below} of ${results.results.length} lines meet their targets. ${startedAt.toISOString()}, ${machine.cores} cores
(${escapeXml(machine.cpu)}), ${machine.memoryGiB} GiB, ${escapeXml(machine.system)}, Node ${machine.node}, MongoDB ${machine.mongod}, Redis ${escapeXml(machine.redis ?? '–')}, RabbitMQ ${escapeXml(machine.rabbitmq ?? '–')}, load before the start ${machine.loadAtStart}.
${settings.rounds} rounds of ${settings.seconds} s, alternated. Generator, server and databases share the machine, so the
ratios are the result; each is the ratio of medians, beside it the least and the most of the rounds.</p>
<div class="wide"><table><thead><tr><th>#</th><th>work</th><th>against</th><th>what</th><th>measured</th><th>target</th><th>server CPU an answer</th><th></th></tr></thead>
<tbody>${results.results.map((result) => verdictRows(result, results.runs)).join('\n')}</tbody></table></div>
${charts(results)}
${memorySection(results)}
<h2>Figures</h2>
<div class="wide"><table><thead><tr><th>who</th><th>median of the rounds</th><th>MongoDB, per answer</th></tr></thead><tbody>${scenarioRows(results)}</tbody></table></div>
${historySection(history)}
</body></html>
`;
};
