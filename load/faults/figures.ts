import { kinds, type KindName } from './kinds.js';
import { isClean, type LoadCounts, type RunResult } from './result.js';

/** What the runs with a kind of fault came to; a run counts with each kind that it had. */
export interface KindFigures {
  kind: KindName;
  says: string;
  runs: number;
  injected: number;
  skipped: number;
  failed: number;
  requests: number;
  unavailable: number;
  unknown: number;
  resolved: number;
  /** Of each run, in milliseconds. */
  pausesMs: readonly number[];
  pauseMsMedian: number;
  pauseMsMax: number;
}

export interface Totals {
  runs: number;
  clean: number;
  injected: number;
  load: LoadCounts;
}

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

/** Kinds that were drawn at least once, in the order of the list. */
export const kindFigures = (results: readonly RunResult[]): KindFigures[] =>
  kinds.flatMap(({ name: kind, says }) => {
    const all = results.flatMap(({ faults }) => faults.filter(({ fault }) => fault.kind === kind));
    const injected = all.filter(({ skipped }) => skipped === undefined);
    const runs = results.filter(({ faults }) => faults.some((each) => injected.includes(each)));
    if (runs.length === 0) return [];
    const pausesMs = runs.map(({ load }) => load.pauseMsMax);
    return [
      {
        ...{ kind, says, runs: runs.length, injected: injected.length, skipped: all.length - injected.length },
        failed: runs.filter((run) => !isClean(run)).length,
        requests: sumOf(runs, ({ load }) => load.requests),
        unavailable: sumOf(runs, ({ load }) => load.unavailable),
        unknown: sumOf(runs, ({ load }) => load.unknown),
        resolved: sumOf(runs, ({ load }) => load.resolved),
        ...{ pausesMs, pauseMsMedian: median(pausesMs), pauseMsMax: Math.max(0, ...pausesMs) },
      },
    ];
  });

/** Of all runs together. */
export const totals = (results: readonly RunResult[]): Totals => {
  const sum = (of: (load: LoadCounts) => number): number => sumOf(results, ({ load }) => of(load));
  return {
    runs: results.length,
    clean: results.filter(isClean).length,
    injected: sumOf(results, ({ faults }) => faults.filter(({ skipped }) => skipped === undefined).length),
    load: {
      ...{ requests: sum((load) => load.requests), unavailable: sum((load) => load.unavailable) },
      ...{ unknown: sum((load) => load.unknown), resolved: sum((load) => load.resolved) },
      pauseMsMax: Math.max(0, ...results.map(({ load }) => load.pauseMsMax)),
      ...{ sales: sum((load) => load.sales), lost: sum((load) => load.lost), holds: sum((load) => load.holds) },
      ...{ moves: sum((load) => load.moves), orders: sum((load) => load.orders), cancels: sum((load) => load.cancels) },
      ...{
        reads: sum((load) => load.reads),
        hits: sum((load) => load.hits),
        lines: sum((load) => load.lines),
        events: sum((load) => load.events),
      },
    },
  };
};
