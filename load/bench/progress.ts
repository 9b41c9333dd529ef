import type { Run } from './run.js';
import type { Scenario } from './scenario.js';
import { cell, figureOf } from '../report/format.js';

const minutes = (ms: number): string => (ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

/** Prints one line per run, with the time that is left judging by what has passed. */
export const createProgress = (
  total: number,
  roundsOf: (scenario: Scenario) => number,
  now: () => number = Date.now,
) => {
  const startedAt = now();
  let done = 0;
  return (scenario: Scenario, round: number, outcome: Run | string): void => {
    done++;
    const left = ((now() - startedAt) / done) * (total - done);
    const said = typeof outcome === 'string' ? `failed: ${outcome}` : figureOf(outcome);
    const faults = typeof outcome === 'string' ? [] : outcome.faults;
    const position = `[${done}/${total}] round ${round + 1}/${roundsOf(scenario)}`;
    console.log(
      `${position}  ${cell(scenario.label, 52)} ${cell(said, 92)} ${done < total ? `${minutes(left)} left` : ''}`,
    );
    for (const fault of faults.slice(0, 3)) console.log(`    audit: ${fault}`);
  };
};
