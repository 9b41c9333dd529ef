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
  /** Answers by status, the warm-up included. */
  statuses: Record<string, number>;
  /** What the audit found, and broken connections; a run with any has no figure. */
  faults: string[];
}

/** The measured quantities of a run that a line can compare. */
export type Quantity = 'rate' | 'p50Ms' | 'p99Ms' | 'serverCpuUs' | 'mongodCpuUs' | 'mongoCommands' | 'mongoWrites';
