import type { MongoCounters } from './mongo-counters.js';

/** What MongoDB counted between two readings of its counters, and how long that was. */
export interface Counted {
  counts: MongoCounters;
  ms: number;
}

type Kind = 'commands' | 'queries';

/** The reading that ends a span is itself a command in it. */
const ownCommands = { commands: 1, queries: 0 } as const;

/** How many a second there are while nobody reads or writes: heartbeats, the change stream's waiting, other servers. */
const idlePerMs = (idle: Counted, kind: Kind): number => (idle.counts[kind] - ownCommands[kind]) / idle.ms;

const besidesIdle = (span: Counted, idle: Counted, kind: Kind): number =>
  span.counts[kind] - ownCommands[kind] - idlePerMs(idle, kind) * span.ms;

const readCostBy = (kind: Kind, during: Counted, idle: Counted, sellingAlone: Counted | null): number => {
  const total = besidesIdle(during, idle, kind);
  if (sellingAlone === null) return total;
  const perBatch = besidesIdle(sellingAlone, idle, kind) / sellingAlone.counts.commits;
  return total - perBatch * during.counts.commits;
};

/**
 * The commands that reads have cost MongoDB: what was counted while they ran, less what runs without them, less what the
 * purchases beside them cost. The latter is taken by the batch, from a span without reads: a batch is as many commands
 * however many purchases are in it, and beside reads they are larger and fewer. Counted by all commands and by queries
 * alone, of which the greater is believed.
 */
export const readCommands = (during: Counted, idle: Counted, sellingAlone: Counted | null): number =>
  Math.max(0, readCostBy('commands', during, idle, sellingAlone), readCostBy('queries', during, idle, sellingAlone));
