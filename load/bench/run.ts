import type { MemorySample } from './memory.js';

/** What one run of one scenario came to. Rates per second, times in ms, costs per answer. */
export interface Run {
  /** Answers that did the work, per second; null for bursts. */
  rate: number | null;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  serverCpuUs: number | null;
  mongodCpuUs: number | null;
  /** Commands that MongoDB was sent, per answer. */
  mongoCommands: number;
  /** Documents written in MongoDB, per answer. */
  mongoWrites: number;
  /** The share of the answers, 0 to 1, that came from the cache by what they said; null where none says. */
  hitShare?: number | null;
  /** Purchases answered a second by those who bought meanwhile. */
  soldBeside?: number;
  /** `mongoCommands` is about the reads alone, see `readCommands`, and worth showing. */
  counted?: true;
  /** How long after the last answer all of it had been told to a listener, ms. */
  toldMs?: number;
  /** Resident memory of the server, where it was watched: at the end, and that by what it was after a minute. */
  memoryEndMiB?: number;
  memoryGrowth?: number;
  memory?: readonly MemorySample[];
  /** Answers by status, the warm-up included. */
  statuses: Record<string, number>;
  /** What the audit found, and broken connections; a run with any has no figure. */
  faults: string[];
}

/** The measured quantities of a run that a line can compare. */
export type Quantity =
  | 'rate'
  | 'p50Ms'
  | 'p99Ms'
  | 'serverCpuUs'
  | 'mongodCpuUs'
  | 'mongoCommands'
  | 'mongoWrites'
  | 'memoryEndMiB'
  | 'memoryGrowth';
