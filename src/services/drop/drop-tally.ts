import type { DropBuyer, DropEventData } from '../../schemas/drop.js';
import { errorStatus, type ErrorCode } from '../../utils/errors.js';

const percentiles = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

/** The value that so large a share of the sorted values does not exceed (nearest rank); 0 of none. */
const percentileOf = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

/** Milliseconds to the microsecond, which is more than anybody reads. */
export const roundMs = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** Counts what becomes of buyers. @param units what was there for them */
export const createDropTally = (units: number) => {
  const state = { won: 0, refused: 0, failed: 0, stock: units, soldOutMs: null as number | null };
  const tookMs: number[] = [];
  let untold: DropBuyer[] = [];

  /** A refusal is an answer (409 and its like); anything else is a fault, or nobody to answer. */
  const kindOf = (outcome: 'won' | ErrorCode): 'won' | 'refused' | 'failed' => {
    if (outcome === 'won') return 'won';
    return errorStatus[outcome] < 500 ? 'refused' : 'failed';
  };

  return {
    /** @param stockAfter what the winner's answer said was left */
    count: (n: number, outcome: 'won' | ErrorCode, at: { atMs: number; tookMs: number; stockAfter?: number }): void => {
      state[kindOf(outcome)]++;
      tookMs.push(at.tookMs);
      untold.push({ n, outcome, atMs: roundMs(at.atMs), tookMs: roundMs(at.tookMs) });
      if (at.stockAfter === undefined) return;
      // Answers of one batch may come in any order.
      state.stock = Math.min(state.stock, at.stockAfter);
      if (state.stock === 0) state.soldOutMs ??= roundMs(at.atMs);
    },
    /** Those who have been counted since the last call. */
    takeUntold: (): DropBuyer[] => {
      const taken = untold;
      untold = [];
      return taken;
    },
    progress: (atMs: number): DropEventData<'progress'> => {
      const { won, refused, failed, stock } = state;
      return { atMs: roundMs(atMs), stock, sold: won, refused, failed };
    },
    summary: (): Pick<DropEventData<'finished'>, 'won' | 'refused' | 'failed' | 'soldOutMs' | 'latencyMs'> => {
      const { won, refused, failed, soldOutMs } = state;
      const sorted = tookMs.toSorted((a, b) => a - b);
      const of = (share: number) => roundMs(percentileOf(sorted, share));
      const { p50, p90, p99 } = percentiles;
      return {
        ...{ won, refused, failed, soldOutMs },
        latencyMs: { p50: of(p50), p90: of(p90), p99: of(p99), max: of(1) },
      };
    },
  };
};

export type DropTally = ReturnType<typeof createDropTally>;
