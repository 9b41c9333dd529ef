import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { createPairTally, createTally } from './figures.js';

export type CommandOutcome = 'succeeded' | 'failed';

/** The change feed's `getMore` waits for news, for as long as there are none: that says nothing of how fast MongoDB is. */
const waitsForNews = 'getMore';

const createCommandFigures = (registry: Registry) => {
  const commands = createPairTally(registry, {
    name: 'mongodb_commands_total',
    help: 'Commands sent to MongoDB by this process, by name and outcome; a write that meets a duplicate succeeds as a command',
    labels: ['command', 'outcome'],
    seconds: ['succeeded', 'failed'],
  });
  const durations = new Histogram({
    name: 'mongodb_command_seconds',
    help: 'Time from sending a command to MongoDB to its reply, in whole milliseconds, by name; without getMore, which may wait for news',
    labelNames: ['command'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  // Finding a child by its labels costs more than the observation itself.
  const children = new Map<string, { observe: (seconds: number) => void }>();
  const durationOf = (name: string) => {
    const known = children.get(name);
    if (known !== undefined) return known;
    const made = durations.labels(name);
    children.set(name, made);
    return made;
  };
  return (name: string, outcome: CommandOutcome, durationMs: number): void => {
    commands.count(name, outcome);
    if (name !== waitsForNews) durationOf(name).observe(durationMs / 1000);
  };
};

const createPoolFigures = (registry: Registry) => {
  const registers = [registry];
  const figures = { open: 0, inUse: 0, waiting: 0 };
  new Gauge({
    name: 'mongodb_pool_connections',
    help: 'Connections to MongoDB by state: in_use (by an operation, or by a transaction that is open) or idle',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'in_use' }, figures.inUse);
      this.set({ state: 'idle' }, figures.open - figures.inUse);
    },
  });
  new Gauge({
    name: 'mongodb_pool_waiting',
    help: 'Operations that wait for a connection to MongoDB',
    registers,
    collect() {
      this.set(figures.waiting);
    },
  });
  const waits = new Histogram({
    name: 'mongodb_pool_wait_seconds',
    help: 'How long an operation waited for a connection to MongoDB, in whole milliseconds',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
    registers,
  });
  const failed = createTally(registry, {
    name: 'mongodb_pool_failures_total',
    help: 'Operations that got no connection to MongoDB, by reason: timeout (none became free), connectionError or poolClosed',
    label: 'reason',
    values: ['timeout', 'connectionError', 'poolClosed'],
  });
  const cleared = new Counter({
    name: 'mongodb_pool_cleared_total',
    help: 'How often all connections to a server were given up, as it did not answer or is the primary no more',
    registers,
  });
  return {
    changed: (what: keyof typeof figures, by: number): void => {
      figures[what] += by;
    },
    waited: (ms: number): void => waits.observe(ms / 1000),
    failed: (reason: string): void => failed(reason),
    cleared: (): void => cleared.inc(),
  };
};

/** What this process asks of MongoDB, and over which connections. */
export const createMongoMetrics = (registry: Registry) => ({
  command: createCommandFigures(registry),
  /** Told of each list and report that might have gone to a secondary. */
  splitRead: createTally(registry, {
    name: 'mongodb_split_reads_total',
    help: 'Lists and reports where MONGO_READ_URI is set: read from a secondary, or from the primary because it was late, failed or rests after that',
    label: 'outcome',
    values: ['secondary', 'late', 'failed', 'resting'],
  }),
  pool: createPoolFigures(registry),
});
