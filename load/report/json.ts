import { medianRun, stateOf } from './format.js';
import type { Results } from './results.js';

/** The results as the file that programs read: every round's figures, their medians, and each line's verdicts. */
export const toJson = ({ startedAt, endedAt, machine, settings, scenarios, runs, results }: Results): string =>
  `${JSON.stringify(
    {
      startedAt,
      endedAt,
      machine,
      settings: { rounds: settings.rounds, seconds: settings.seconds, minutes: settings.minutes },
      lines: results.map((result) => ({
        id: result.line.id,
        work: result.line.work,
        against: result.line.against,
        state: stateOf(result),
        ...(result.note === undefined ? {} : { note: result.note }),
        faults: result.faults,
        verdicts: result.verdicts.map(({ target, value, perRound, met }) => ({ ...target, value, perRound, met })),
      })),
      scenarios: scenarios.map(({ id, label }) => {
        const rounds = runs.get(id) ?? [];
        return { id, label, median: rounds.length === 0 ? null : medianRun(rounds), rounds };
      }),
    },
    null,
    2,
  )}\n`;
