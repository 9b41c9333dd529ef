import type { Account } from './journeys.js';
import type { ActionTotals, Interval, Outcome, Waits } from './load-report.js';
import type { JourneyName, Pace } from './scenario.js';

/** What the generator's process is asked to do; plain data, travels over IPC. */
export interface GeneratorSpec {
  /** Where the service is, e.g. `http://127.0.0.1:3000`. */
  origin: string;
  pace: Pace;
  connections: number;
  journeys: Readonly<Partial<Record<JourneyName, number>>>;
  /** Tokens of the buyers; visitors take turns as them. */
  buyers: readonly string[];
  /** How many visitors come with the pace `once`. */
  visitors: number;
  keeper: string;
  products: readonly string[];
  accounts: readonly Account[];
  intervalMs: number;
  /** Chooses journeys and products; the same seed gives the same choices. */
  seed: number;
}

/** Sent after each interval. */
export interface IntervalMessage {
  interval: Interval;
  /** CPU of the generator since its start, microseconds. */
  cpuUs: number;
}

/** Tokens that take the place of the ones before, which are about to expire. */
export interface FreshTokens {
  buyers: readonly string[];
  keeper: string;
}

/** Sent once, at the end. */
export interface GeneratorResult {
  seconds: number;
  all: Waits;
  actions: ActionTotals[];
  outcomes: Outcome[];
  /** Ids of purchases that were answered 201, each once. */
  purchases: string[];
  /** Ids of orders that were answered 201. */
  orders: string[];
  /** Requests that move something and had no answer, or a 503 that says that the outcome is not known yet. */
  unknown: number;
  /** Requests that were due and not sent. */
  skipped: number;
  /** What ought not to be, in words. */
  faults: string[];
}
