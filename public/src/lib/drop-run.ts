import type { DropBuyer, DropProgress, DropResult, DropStart } from '../api/types.js';

/** How a drop stands, as far as the service has told. */
export interface DropRun {
  started: DropStart | null;
  /** Oldest first, at most `pointsMax`. */
  curve: readonly DropProgress[];
  progress: DropProgress | null;
  /** By number, from 1 on. */
  buyers: ReadonlyMap<number, DropBuyer>;
  result: DropResult | null;
}

export type OutcomeKind = 'won' | 'refused' | 'failed';

/** A drop lasts a minute at most and tells of itself every 50 ms. */
const pointsMax = 1_500;
const buyersMax = 1_000;

export const emptyDrop: DropRun = { started: null, curve: [], progress: null, buyers: new Map(), result: null };

/** Codes that say that the service could not, and not that the buyer came too late. */
const faults: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INTERNAL', 'REQUEST_TIMEOUT', 'NO_ANSWER', 'failed']);

export const kindOf = (outcome: string): OutcomeKind =>
  outcome === 'won' ? 'won' : faults.has(outcome) ? 'failed' : 'refused';

const withProgress = (run: DropRun, progress: DropProgress): DropRun => ({
  ...run,
  progress,
  curve: run.curve.length < pointsMax ? [...run.curve, progress] : run.curve,
});

const withBuyers = (run: DropRun, outcomes: readonly DropBuyer[]): DropRun => {
  const buyers = new Map(run.buyers);
  for (const outcome of outcomes) if (buyers.size < buyersMax) buyers.set(outcome.n, outcome);
  return { ...run, buyers };
};

/** The curve begins with everything there. */
const begun = (started: DropStart): DropRun => ({
  ...{ ...emptyDrop, started },
  curve: [{ atMs: 0, stock: started.units, sold: 0, refused: 0, failed: 0 }],
});

/** The state after an event of the stream; an event that is not known changes nothing. */
export const afterEvent = (run: DropRun, name: string, data: unknown): DropRun => {
  if (name === 'started') return begun(data as DropStart);
  if (name === 'progress') return withProgress(run, data as DropProgress);
  if (name === 'buyer') return withBuyers(run, (Array.isArray(data) ? data : [data]) as DropBuyer[]);
  if (name === 'finished') return { ...run, result: data as DropResult };
  return run;
};

/** How many buyers came to each outcome, the most first. */
export const outcomesOf = (run: DropRun): readonly (readonly [string, number])[] => {
  const counts = new Map<string, number>();
  for (const { outcome } of run.buyers.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
};
