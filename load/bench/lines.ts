import { median } from './stats.js';
import type { Quantity, Run } from './run.js';

/** One thing that a line of the bench promises. */
export interface Target {
  /** What is compared, for people. */
  label: string;
  quantity: Quantity;
  of: string;
  /** What `of` is divided by; null: the figure stands for itself. */
  by: string | null;
  atLeast?: number;
  atMost?: number;
  unit?: string;
}

export interface Line {
  id: string;
  work: string;
  against: string;
  targets: readonly Target[];
}

const rate = (of: string, by: string, atLeast: number, label = 'rate'): Target => ({
  ...{ label, quantity: 'rate', of, by, atLeast },
});

/** The lines of the bench by their numbers; each is run side by side with what it is measured against. */
export const lines: readonly Line[] = [
  {
    id: '1',
    work: 'purchase, 1 hot product, 100 connections',
    against: 'tutorial',
    targets: [
      rate('hot/ours', 'hot/tutorial', 7),
      { label: 'p99', quantity: 'p99Ms', of: 'hot/ours', by: 'hot/tutorial', atMost: 0.2 },
    ],
  },
  {
    id: '2',
    work: 'the same',
    against: 'stock-express, POST of nothing',
    targets: [
      rate('hot/ours', 'hot/stock-express', 1),
      { label: 'server CPU', quantity: 'serverCpuUs', of: 'hot/ours', by: 'hot/stock-express', atMost: 0.75 },
    ],
  },
  { id: '3', work: 'the same', against: 'transaction', targets: [rate('hot/ours', 'hot/transaction', 40)] },
  { id: '3b', work: 'the same', against: 'seckill', targets: [rate('hot/ours', 'hot/seckill', 1.2)] },
  {
    id: '4',
    work: 'purchase, 1000 products, 100 connections',
    against: 'tutorial',
    targets: [rate('many/ours', 'many/tutorial', 5)],
  },
  {
    id: '5',
    work: 'purchase, 1 hot product, 500 connections',
    against: 'tutorial',
    targets: [rate('crowd/ours', 'crowd/tutorial', 8)],
  },
  {
    id: '5b',
    work: 'purchase, limit of 1 per customer, 5,000 customers, hot',
    against: 'line 1',
    targets: [rate('limited/ours', 'hot/ours', 0.6)],
  },
  {
    id: '6',
    work: 'refusals of a sold-out product, 100 connections',
    against: 'line 1',
    targets: [
      rate('sold-out/ours', 'hot/ours', 2),
      // A heartbeat now and then is no write per refusal.
      {
        ...{ label: 'writes to MongoDB per refusal', quantity: 'mongoWrites', of: 'sold-out/ours', by: null },
        ...{ atMost: 0.001, unit: '' },
      },
    ],
  },
  {
    id: '12',
    work: 'bare Express layer, GET of a constant through our server',
    against: 'node-http',
    targets: [
      rate('layer/ours', 'layer/node-http', 0.7),
      // The same wish by cost: at these rates the generator is as busy as the server, which flatters the slower one.
      { label: 'server CPU', quantity: 'serverCpuUs', of: 'layer/ours', by: 'layer/node-http', atMost: 1.43 },
    ],
  },
  {
    id: '13',
    work: '100 buyers, 1 unit, one 201 and ninety-nine 409: wall time of the burst',
    against: '',
    targets: [{ label: 'median', quantity: 'p50Ms', of: 'burst/ours', by: null, atMost: 60, unit: 'ms' }],
  },
  {
    id: '17',
    work: 'one hot product through two processes on one database',
    against: 'line 1 (one process)',
    targets: [
      rate('two/ours-balanced', 'hot/ours', 0.8, 'rate with a path-hash balancer'),
      rate('two/ours', 'hot/ours', 0.5, 'rate without'),
    ],
  },
];

/** What is run beside a line's own needs, to be shown next to it. */
const company: Readonly<Record<string, readonly string[]>> = { '13': ['burst/tutorial'] };

const comparedIn = (line: Line): string[] => line.targets.flatMap(({ of, by }) => (by === null ? [of] : [of, by]));

/** The scenarios that these lines need. */
export const scenariosOf = (wanted: readonly Line[]): Set<string> =>
  new Set(wanted.flatMap((line) => [...comparedIn(line), ...(company[line.id] ?? [])]));

export interface Verdict {
  target: Target;
  /** Median over median, or the median itself. */
  value: number;
  /** The same, round by round. */
  perRound: number[];
  met: boolean;
}

export interface LineResult {
  line: Line;
  /** Empty when there is no figure. */
  verdicts: Verdict[];
  /** Why there is no figure. */
  faults: string[];
}

const valuesOf = (runs: readonly Run[], quantity: Quantity): number[] => runs.map((run) => run[quantity] ?? NaN);

const judge = (target: Target, runsOf: ReadonlyMap<string, readonly Run[]>): Verdict => {
  const top = valuesOf(runsOf.get(target.of) ?? [], target.quantity);
  const bottom = target.by === null ? top.map(() => 1) : valuesOf(runsOf.get(target.by) ?? [], target.quantity);
  const value = median(top) / median(bottom);
  return {
    target,
    value,
    perRound: top.map((figure, round) => figure / (bottom[round] ?? NaN)),
    met: value >= (target.atLeast ?? -Infinity) && value <= (target.atMost ?? Infinity),
  };
};

/** Judges a line by the runs of its scenarios; any fault in any of them leaves it without a figure. */
export const judgeLine = (
  line: Line,
  runsOf: ReadonlyMap<string, readonly Run[]>,
  failures: ReadonlyMap<string, string>,
): LineResult => {
  const faults = [...new Set(comparedIn(line))].flatMap((id) => {
    const failure = failures.get(id);
    if (failure !== undefined) return [`${id}: ${failure}`];
    const runs = runsOf.get(id) ?? [];
    return runs.length === 0
      ? [`${id}: was not run`]
      : runs.flatMap((run) => run.faults.map((fault) => `${id}: ${fault}`));
  });
  return { line, faults, verdicts: faults.length > 0 ? [] : line.targets.map((target) => judge(target, runsOf)) };
};
