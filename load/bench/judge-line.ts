import type { Line, Target } from './line.js';
import { comparedIn } from './lines.js';
import type { Quantity, Run } from './run.js';
import { median } from './stats.js';

export interface Verdict {
  target: Target;
  /** Median over median, or the median itself. */
  value: number;
  /** The same, round by round. */
  perRound: number[];
  met: boolean;
}

export interface LineResult {
  line: Line;
  /** Empty when there is no figure. */
  verdicts: Verdict[];
  /** What is to be known about the figures, e.g. that they were measured for a shorter time. */
  note?: string;
  /** Why there is no figure. */
  faults: string[];
}

const valuesOf = (runs: readonly Run[], quantity: Quantity): number[] => runs.map((run) => run[quantity] ?? NaN);

const judge = (target: Target, runsOf: ReadonlyMap<string, readonly Run[]>): Verdict => {
  const top = valuesOf(runsOf.get(target.of) ?? [], target.quantity);
  const bottom = target.by === null ? top.map(() => 1) : valuesOf(runsOf.get(target.by) ?? [], target.quantity);
  const value = median(top) / median(bottom);
  return {
    target,
    value,
    perRound: top.map((figure, round) => figure / (bottom[round] ?? NaN)),
    met: value >= (target.atLeast ?? -Infinity) && value <= (target.atMost ?? Infinity),
  };
};

/** Judges a line by the runs of its scenarios; any fault in any of them leaves it without a figure. */
export const judgeLine = (
  line: Line,
  runsOf: ReadonlyMap<string, readonly Run[]>,
  failures: ReadonlyMap<string, string>,
): LineResult => {
  const faults = [...new Set(comparedIn(line))].flatMap((id) => {
    const failure = failures.get(id);
    if (failure !== undefined) return [`${id}: ${failure}`];
    const runs = runsOf.get(id) ?? [];
    return runs.length === 0
      ? [`${id}: was not run`]
      : runs.flatMap((run) => run.faults.map((fault) => `${id}: ${fault}`));
  });
  return { line, faults, verdicts: faults.length > 0 ? [] : line.targets.map((target) => judge(target, runsOf)) };
};
