/** What a visitor comes for; see `journeys.ts`. */
export type JourneyName = 'browse' | 'buy' | 'drop' | 'reserve' | 'order' | 'keep' | 'create' | 'report' | 'sign-in';

/** A stretch of time in which the rate goes evenly from one figure to the other, in requests a second. */
export interface Stage {
  seconds: number;
  from: number;
  to: number;
}

/**
 * When requests are sent. `open`: at the stages' rate, whatever becomes of the answers, and waits count from when a request was
 * due. `closed`: each connection sends when it has its answer. `once`: the same, until each buyer has been here.
 */
export type Pace =
  | { kind: 'open'; stages: readonly Stage[] }
  | { kind: 'closed'; seconds: number }
  | { kind: 'once'; secondsMax: number };

/** What can be asked of a run; times in ms, shares from 0 to 1. */
export interface Threshold {
  label: string;
  /**
   * `p99Ms`: of all answers, of one group of actions, or of the last `lastSeconds`. `failedShare`: answers that nobody expected, and
   * none. `rateShare`: requests that were sent of those that were due. `unitsSold`: by the audit.
   */
  of: 'p50Ms' | 'p99Ms' | 'failedShare' | 'rateShare' | 'unitsSold';
  group?: ActionGroup;
  lastSeconds?: number;
  atMost?: number;
  atLeast?: number;
}

/** Actions that are plotted together: reads, what moves stock, all others. */
export type ActionGroup = 'read' | 'stock' | 'other';

export interface Scenario {
  name: ScenarioName;
  about: string;
  pace: Pace;
  connections: number;
  /** How many different buyers there are. */
  buyers: number;
  products: number;
  /** Units of each product at first. */
  units: number;
  /** How often each journey is begun beside the others. */
  journeys: Readonly<Partial<Record<JourneyName, number>>>;
  thresholds: readonly Threshold[];
  /** How long an interval of the plots is, and how often memory, queues and stock are looked at, ms. */
  intervalMs: number;
  sampleMs: number;
  /** Whether memory and descriptors have to stay where they were. */
  flat: boolean;
}

export const scenarioNames = ['browse', 'drop', 'mixed', 'spike', 'soak'] as const;
export type ScenarioName = (typeof scenarioNames)[number];
