import { cell, cpuOf, figureOf, measured, medianRun, spread, stateOf, wish } from './format.js';
import type { Results } from './results.js';

/** The results as a table for a terminal. */
export const toTerminal = (results: Results): string => {
  const out: string[] = [''];
  for (const { id, label } of results.scenarios) {
    const rounds = results.runs.get(id) ?? [];
    if (rounds.length > 0) out.push(`${cell(label, 52)} ${figureOf(medianRun(rounds))}`);
  }
  out.push('');
  for (const result of results.results) {
    const { id, work, against } = result.line;
    out.push(`${cell(id, 3)} ${work}${against === '' ? '' : ` / ${against}`}: ${stateOf(result)}`);
    for (const verdict of result.verdicts) {
      const said = `${cell(verdict.target.label, 32)} ${cell(measured(verdict), 10)} ${cell(`(${spread(verdict)})`, 16)}`;
      out.push(
        `      ${said} target ${cell(wish(verdict.target), 8)} ${verdict.met ? 'met' : 'BELOW'}${result.note === undefined ? '' : ` (${result.note})`}  CPU ${cpuOf(verdict, results.runs)}`,
      );
    }
    for (const fault of result.faults.slice(0, 5)) out.push(`      ${fault}`);
  }
  return out.join('\n');
};
