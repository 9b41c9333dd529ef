import type { Machine } from '../bench/environment.js';
import type { Run } from '../bench/run.js';
import type { CallNode } from './call-tree.js';
import { hotFunctions, timeByOwner, type HotFunction } from './hot-functions.js';

/** From this share of the time on, a function's own time is worth a look. */
export const hotShareMin = 0.03;
const functionsShown = 40;

export interface ProfileInput {
  line: string;
  label: string;
  seconds: number;
  run: Run;
  tree: CallNode;
  machine: Machine;
  at: Date;
}

interface Cost {
  /** Of the time in which the process had something to do, 0 to 1. */
  share: number;
  /** Microseconds per answer. */
  perAnswerUs: number;
}

/** What a profile says, as it is written to `profile-<line>.json`. */
export interface ProfileSummary {
  line: string;
  label: string;
  at: string;
  machine: Machine;
  /** How long was profiled. */
  seconds: number;
  rate: number;
  serverCpuUs: number | null;
  /** The share of the window in which the main thread had something to do. */
  busyShare: number;
  /** Most own time first: those over `hotShareMin`, then some more. */
  functions: (Omit<HotFunction, 'selfUs' | 'totalUs' | 'callers'> & {
    self: Cost;
    total: Cost;
    callers: { name: string; share: number }[];
  })[];
  owners: ({ owner: string } & Cost)[];
}

/** Turns times into shares and into microseconds per answer. */
export const summarise = ({ line, label, seconds, run, tree, machine, at }: ProfileInput): ProfileSummary => {
  const answers = (run.rate ?? 0) * seconds;
  const costOf = (us: number): Cost => ({ share: us / tree.totalUs, perAnswerUs: us / answers });
  const functions = hotFunctions(tree);
  return {
    ...{ line, label, seconds, machine, at: at.toISOString() },
    rate: run.rate ?? 0,
    serverCpuUs: run.serverCpuUs,
    busyShare: tree.totalUs / (seconds * 1e6),
    functions: functions.slice(0, functionsShown).map(({ name, place, selfUs, totalUs, callers }) => ({
      ...{ name, place, self: costOf(selfUs), total: costOf(totalUs) },
      callers: callers.map((caller) => ({ name: caller.name, share: caller.selfUs / selfUs })),
    })),
    owners: timeByOwner(functions).map(({ owner, selfUs }) => ({ owner, ...costOf(selfUs) })),
  };
};
