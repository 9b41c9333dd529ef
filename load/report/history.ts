import { z } from 'zod';
import { measured, stateOf, wish } from './format.js';
import { medianRun } from './format.js';
import type { Results } from './results.js';

/** One promise of one line, as a run found it. */
const verdict = z.object({
  /** The line and what is compared, e.g. `1 rate`. */
  id: z.string(),
  work: z.string(),
  /** For people, e.g. `7.4×`. */
  text: z.string(),
  value: z.number().nullable(),
  /** The least and the most of the rounds. */
  range: z.tuple([z.number(), z.number()]).nullable(),
  /** The median of our own figure behind the ratio, in its own unit. */
  ours: z.number().nullable(),
  target: z.string(),
  limit: z.number(),
  state: z.enum(['met', 'below', 'no figure']),
  note: z.string().optional(),
});

/** One run of the bench: a line of `load/results/history.jsonl`. */
const entry = z.object({
  at: z.string(),
  commit: z.string().nullable(),
  machine: z.string(),
  loadAtStart: z.number(),
  rounds: z.number(),
  seconds: z.number(),
  verdicts: z.array(verdict),
});

export type HistoryVerdict = z.infer<typeof verdict>;
export type HistoryEntry = z.infer<typeof entry>;

const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : Math.round(value * 1e5) / 1e5;

/** What of a run is kept for those to come. */
export const historyEntry = (results: Results, commit: string | null): HistoryEntry => {
  const { machine, settings, startedAt, runs } = results;
  return {
    at: startedAt.toISOString(),
    commit,
    machine: `${machine.cores} cores, ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, MongoDB ${machine.mongod}`,
    loadAtStart: machine.loadAtStart,
    rounds: settings.rounds,
    seconds: settings.seconds,
    verdicts: results.results.flatMap((result) => {
      const { line, note, verdicts } = result;
      return line.targets.map((target): HistoryVerdict => {
        const found = verdicts.find((each) => each.target === target);
        const rounds = (found?.perRound ?? []).filter(Number.isFinite);
        const ours = runs.get(target.of) ?? [];
        return {
          id: `${line.id} ${target.label}`,
          work: `${line.work}${line.against === '' ? '' : ` / ${line.against}`}`,
          text: found ? measured(found) : 'no figure',
          value: finite(found?.value),
          range: rounds.length === 0 ? null : [finite(Math.min(...rounds)) ?? 0, finite(Math.max(...rounds)) ?? 0],
          ours: found && ours.length > 0 ? finite(medianRun(ours)[target.quantity]) : null,
          target: wish(target),
          limit: target.atLeast ?? target.atMost ?? 0,
          state: found ? (found.met ? 'met' : 'below') : stateOf(result),
          ...(note === undefined ? {} : { note }),
        };
      });
    }),
  };
};

/** Reads the runs so far; a line that is none is passed over. */
export const parseHistory = (text: string): HistoryEntry[] =>
  text.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    try {
      const read = entry.safeParse(JSON.parse(line));
      return read.success ? [read.data] : [];
    } catch {
      return [];
    }
  });
