import { cpuOf, measured, medianRun, figureOf, spread, verdictState, wish } from './format.js';
import type { Results } from './results.js';

const start = '<!-- bench:start -->';
const end = '<!-- bench:end -->';

const row = (cells: readonly string[]): string => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

const lineRows = ({ results, runs }: Results): string[] =>
  results.flatMap((result) => {
    const { id, work, against } = result.line;
    if (result.faults.length > 0) return [row([id, work, against, '', 'no figure', '', '', 'no figure'])];
    return result.verdicts.map((verdict, index) =>
      row([
        ...(index === 0 ? [id, work, against] : ['', '', '']),
        verdict.target.label,
        `**${measured(verdict)}** (${spread(verdict)})`,
        wish(verdict.target),
        cpuOf(verdict, runs),
        verdictState(verdict, result),
      ]),
    );
  });

const scenarioRows = ({ scenarios, runs }: Results): string[] =>
  scenarios.flatMap(({ id, label }) => {
    const rounds = runs.get(id) ?? [];
    return rounds.length === 0 ? [] : [row([label, figureOf(medianRun(rounds))])];
  });

/** The results as Markdown: what was promised against what was measured, then the plain figures. */
export const toMarkdown = (results: Results): string => {
  const { machine, settings } = results;
  return [
    `Measured ${results.startedAt.toISOString().slice(0, 10)} on ${machine.cores} cores (${machine.cpu}) with ${machine.memoryGiB} GiB, ${machine.system}, ` +
      `Node ${machine.node}, MongoDB ${machine.mongod}, Redis ${machine.redis ?? '–'}, RabbitMQ ${machine.rabbitmq ?? '–'}, load average before it ${machine.loadAtStart}: ` +
      `generator, server and databases share them. ${settings.rounds} rounds of ${settings.seconds} s, ` +
      'alternated; ratio of medians, in brackets the least and the most of the rounds.',
    '',
    row(['#', 'work', 'against', 'what', 'measured', 'target', 'server CPU an answer', '']),
    row(['---', '---', '---', '---', '---', '---', '---', '---']),
    ...lineRows(results),
    '',
    row(['who', 'median of the rounds']),
    row(['---', '---']),
    ...scenarioRows(results),
  ].join('\n');
};

/** Puts the table between the two markers; null when the text has none. */
export const replaceTable = (text: string, table: string): string | null => {
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) return null;
  return `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`;
};
