import type { AuditFault } from './audit/audit.js';
import type { Injected } from './inject.js';

/** What the load came to. */
export interface LoadCounts {
  requests: number;
  /** 503. */
  unavailable: number;
  /** Calls whose outcome was open for a while, and those that got a definite one. */
  unknown: number;
  resolved: number;
  /** The longest time without a write that succeeded, in milliseconds. */
  pauseMsMax: number;
  sales: number;
  /** Purchases without a key whose connection broke. */
  lost: number;
  holds: number;
  moves: number;
  orders: number;
  cancels: number;
  reads: number;
  /** Of those, the ones that came out of the cache. */
  hits: number;
  lines: number;
  events: number;
}

export interface RunResult {
  seed: number;
  /** Of the plan. */
  digest: string;
  members: number;
  /** When it began, ISO 8601. */
  at: string;
  faults: readonly Injected[];
  load: LoadCounts;
  audit: readonly AuditFault[];
  /** Why it could not be carried through. */
  error?: string;
  /** Whole run, and of that from the end of the load until all was quiet and audited, in milliseconds. */
  tookMs: number;
  quietMs: number;
}

export const noLoad: LoadCounts = {
  ...{ requests: 0, unavailable: 0, unknown: 0, resolved: 0, pauseMsMax: 0, sales: 0, lost: 0, holds: 0, moves: 0 },
  ...{ orders: 0, cancels: 0, reads: 0, hits: 0, lines: 0, events: 0 },
};

export const isClean = ({ audit, error }: Pick<RunResult, 'audit' | 'error'>): boolean =>
  audit.length === 0 && error === undefined;
