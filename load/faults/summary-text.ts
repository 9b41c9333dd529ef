import { auditLines, type AuditLine } from './audit/audit.js';
import type { KindFigures, Totals } from './figures.js';
import { sayFault } from './plan.js';
import { isClean, type RunResult } from './result.js';

const faultsShownMax = 3;

const row = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell.replaceAll('|', '\\|'))).join(' | ')} |`;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const kindTable = (figures: readonly KindFigures[]): string[] => [
  row([
    'fault',
    'what',
    'runs',
    'injected',
    'not clean',
    'requests',
    '503',
    'unknown',
    'resolved',
    'longest pause: median',
    'longest',
  ]),
  row(['---', '---', '--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:']),
  ...figures.map(({ kind, says, runs, injected, failed, requests, unavailable, unknown, resolved, ...pause }) =>
    row([
      ...[`\`${kind}\``, says, runs, injected, failed, requests, unavailable, unknown, resolved],
      ...[seconds(pause.pauseMsMedian), seconds(pause.pauseMsMax)],
    ]),
  ),
];

const auditTable = (results: readonly RunResult[]): string[] => [
  row(['audit', 'runs', 'not clean']),
  row(['---', '--:', '--:']),
  ...(Object.keys(auditLines) as AuditLine[]).map((line) =>
    row([
      line,
      results.filter(({ error }) => error === undefined).length,
      results.filter(({ audit }) => audit.some((each) => each.line === line)).length,
    ]),
  ),
];

const failures = (results: readonly RunResult[]): string[] => {
  const failed = results.filter((run) => !isClean(run));
  if (failed.length === 0) return [];
  return [
    '## Runs that were not clean',
    '',
    ...failed.flatMap(({ seed, at, faults, audit, error }) => [
      `- **seed ${String(seed)}** (${at}): ${faults.map(({ fault }) => sayFault(fault)).join('; ')}`,
      ...(error === undefined ? [] : [`  - not carried through: ${error}`]),
      ...audit.flatMap(({ line, faults: found }) => [
        `  - ${line}, ${String(found.length)}:`,
        ...found.slice(0, faultsShownMax).map((fault) => `    - \`${fault.replaceAll('`', "'")}\``),
      ]),
    ]),
    '',
  ];
};

/** The page about a series of runs, as `npm run faults -- --summary` writes it. */
export const toMarkdown = (results: readonly RunResult[], figures: readonly KindFigures[], all: Totals): string => {
  const { load } = all;
  // Results of before they were counted have none.
  const hits = load.hits > 0 ? ` (${load.hits.toLocaleString('en-US')} out of the cache)` : '';
  const days = results.map(({ at }) => at.slice(0, 10)).sort();
  const members = [...new Set(results.map((run) => run.members))].sort().join(' or ');
  return [
    '# Faults on purpose',
    '',
    'Written by `npm run faults -- --summary docs/proof`; every run is in [faults.json](faults.json). What is started, broken and audited, and',
    'which audit line caught which sabotage: [the decision](../decisions/024-fault-runner.md).',
    '',
    `**${all.runs.toLocaleString('en-US')} runs, ${all.clean.toLocaleString('en-US')} clean**, ${all.injected.toLocaleString('en-US')} faults injected, ` +
      `${days[0] ?? ''} to ${days.at(-1) ?? ''}, replica sets of ${members}. ` +
      `${load.requests.toLocaleString('en-US')} requests: ${load.sales.toLocaleString('en-US')} purchases, ${load.holds.toLocaleString('en-US')} reservations, ` +
      `${load.moves.toLocaleString('en-US')} adjustments, ${load.orders.toLocaleString('en-US')} orders (${load.cancels.toLocaleString('en-US')} cancelled) and ` +
      `${load.reads.toLocaleString('en-US')} reads${hits} were answered; ${load.lines.toLocaleString('en-US')} ledger lines and ${load.events.toLocaleString('en-US')} events were held against them. ` +
      `${load.unavailable.toLocaleString('en-US')} answers were 503; of ${load.unknown.toLocaleString('en-US')} calls with an open outcome ${load.resolved.toLocaleString('en-US')} were resolved by their key, ` +
      `and ${load.lost.toLocaleString('en-US')} were purchases without a key whose connection broke, of which nobody can ever know.`,
    '',
    '## By kind of fault',
    '',
    'A run has two to four faults and counts with each kind that it had, so rows overlap. A pause is the time between two successful writes of anybody.',
    '',
    ...kindTable(figures),
    '',
    '![Longest pause by kind of fault](faults.svg)',
    '',
    '## By line of the audit',
    '',
    ...auditTable(results),
    '',
    ...failures(results),
  ].join('\n');
};
