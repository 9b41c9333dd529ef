import type { Client } from '../api/client.js';
import type { Figures } from '../api/types.js';
import type { Buckets } from '../lib/histogram.js';
import { poll } from '../lib/poll.js';
import { latencyOver, ratesBetween, type LatencySummary, type Rates } from '../lib/rates.js';
import { createRing } from '../lib/ring.js';
import { createSignal, type Signal } from '../lib/signal.js';

/** One second of the process' life, as the plots show it; null where nothing is known. */
export interface Moment {
  /** Seconds since 1970. */
  at: number;
  accepted: number | null;
  refused: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  hitShare: number | null;
}

export interface FiguresState {
  latest: Figures | null;
  rates: Rates | null;
  /** Over the last ten seconds, as a single one has too few purchases for a 99th percentile. */
  latency: LatencySummary;
  error: unknown;
}

export interface FiguresFeed {
  state: Signal<FiguresState>;
  /** Oldest first. */
  moments: () => Moment[];
  /** Keeps it running until the signal is aborted. */
  use: (signal: AbortSignal) => void;
}

const everyMs = 1_000;
/** Five minutes. */
const momentsMax = 300;
const latencyWindow = 10;
const unknownLatency: LatencySummary = { p50: null, p90: null, p99: null };
const atStart: FiguresState = { latest: null, rates: null, latency: unknownLatency, error: null };

const momentOf = (at: string, rates: Rates | null, { p50, p90, p99 }: LatencySummary): Moment => ({
  at: Date.parse(at) / 1_000,
  accepted: rates?.acceptedPerSecond ?? null,
  refused: rates?.refusedPerSecond ?? null,
  ...{ p50: p50?.ms ?? null, p90: p90?.ms ?? null, p99: p99?.ms ?? null },
  hitShare: rates?.hitShare ?? null,
});

/** Asks the service for its figures every second while somebody looks, and works out what happened in between. */
export const createFiguresFeed = (client: Client): FiguresFeed => {
  const state = createSignal(atStart);
  const moments = createRing<Moment>(momentsMax);
  const window = createRing<Buckets>(latencyWindow);

  const take = (latest: Figures): void => {
    const before = state.get().latest;
    const rates = before === null ? null : ratesBetween(before, latest);
    if (rates === null) window.clear();
    else window.push(rates.latency);
    const latency = latencyOver(window.toArray());
    moments.push(momentOf(latest.at, rates, latency));
    state.set({ latest, rates, latency, error: null });
  };

  return {
    state,
    moments: moments.toArray,
    use: (signal) =>
      poll({
        everyMs,
        signal,
        run: async () => take((await client.call<Figures>({ path: '/figures', signal, deadlineMs: 5_000 })).data),
        failed: (error) => state.set({ ...state.get(), error }),
      }),
  };
};
