import type { Machine } from '../bench/environment.js';
import type { ActionGroup, ScenarioName } from './scenario.js';

/** How long answers took, ms; null where there were none. */
export interface Waits {
  answers: number;
  p50Ms: number | null;
  p90Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** What came in a stretch of time. */
export interface Interval {
  /** Its end, seconds from the start of the load. */
  atSeconds: number;
  lengthSeconds: number;
  all: Waits;
  groups: Readonly<Record<ActionGroup, Waits>>;
  /** Unexpected answers and requests without one. */
  failed: number;
}

/** The state of the system at one moment, as far as it could be told. */
export interface Sample {
  atSeconds: number;
  values: Readonly<Partial<Record<Quantity, number>>>;
}

/** What is sampled; `…MiB` of memory, `…Cpu` in cores. */
export const quantities = [
  ...(['rssMiB', 'heapMiB', 'externalMiB', 'descriptors', 'lagP99Ms', 'serviceCpu'] as const),
  ...(['stockQueue', 'outbox', 'jobs', 'eventQueue', 'deadLetters'] as const),
  ...(['mongodMiB', 'mongodCpu', 'redisMiB', 'generatorCpu'] as const),
  ...(['stock', 'reserved', 'sold'] as const),
] as const;
export type Quantity = (typeof quantities)[number];

export interface ActionTotals extends Waits {
  action: string;
}

export interface Outcome {
  action: string;
  /** 0: no answer came. */
  status: number;
  /** The error's code; empty where there is none. */
  code: string;
  count: number;
  expected: boolean;
}

/** A threshold, with what was measured. */
export interface Judged {
  label: string;
  wish: string;
  measured: number;
  met: boolean;
}

/** Whether a quantity stayed where it was. */
export interface Trend {
  label: string;
  unit: string;
  /** Medians of the first minute after the warm-up and of the last minute. */
  first: number;
  last: number;
  /** The middle slope of all pairs of samples (Theil and Sen), per hour. */
  slopePerHour: number;
  /** What the slope comes to over the whole run, as a share of the first value. */
  growthShare: number;
  flat: boolean;
}

export interface AuditResult {
  received: number;
  stock: number;
  reserved: number;
  sold: number;
  /** Different purchases that were answered 201, confirmations among them. */
  purchases: number;
  orders: number;
  /** Requests of which nobody knows whether they were carried out: without an answer, or with a 503 that says so. */
  unknown: number;
  /** Everything that does not add up; empty: clean. */
  faults: readonly string[];
}

/** All that a run has found, as the file has it and as the page shows it. */
export interface LoadReport {
  tool: 'autocannon' | 'k6';
  scenario: ScenarioName;
  about: string;
  startedAt: string;
  seconds: number;
  settings: Readonly<Record<string, string | number>>;
  /** Null where the service is elsewhere. */
  machine: Machine | null;
  all: Waits;
  actions: readonly ActionTotals[];
  outcomes: readonly Outcome[];
  intervals: readonly Interval[];
  samples: readonly Sample[];
  thresholds: readonly Judged[];
  trends: readonly Trend[];
  /** Null where there was none. */
  audit: AuditResult | null;
  notes: readonly string[];
}
