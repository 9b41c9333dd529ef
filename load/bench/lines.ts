import { rate, type Line } from './line.js';
import { jobLine } from './job-scenarios.js';
import { heardLines } from './heard-lines.js';
import { catalogueLine, readLines } from './read-lines.js';

/** For how long line 15 loads, unless it is told otherwise. */
export const lastingMinutes = 10;

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
  ...readLines,
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
  catalogueLine,
  {
    id: '15',
    work: `resident memory after ${String(lastingMinutes)} minutes at line 1’s load`,
    against: 'after minute 1',
    targets: [
      { label: 'growth', quantity: 'memoryGrowth', of: 'lasting/ours', by: null, atMost: 1.2, unit: '×' },
      { label: 'at the end', quantity: 'memoryEndMiB', of: 'lasting/ours', by: null, atMost: 250, unit: 'MiB' },
    ],
  },
  jobLine,
  {
    id: '17',
    work: 'one hot product through two processes on one database',
    against: 'line 1 (one process)',
    targets: [
      rate('two/ours-balanced', 'hot/ours', 0.8, 'rate with a path-hash balancer'),
      rate('two/ours', 'hot/ours', 0.5, 'rate without'),
    ],
  },
  ...heardLines,
];

/** What is run beside a line's own needs, to be shown next to it. */
const company: Readonly<Record<string, readonly string[]>> = {
  '13': ['burst/tutorial'],
  '14': ['buy/100k', 'pages/100k'],
};

/** The scenarios whose figures a line compares. */
export const comparedIn = (line: Line): string[] =>
  line.targets.flatMap(({ of, by }) => (by === null ? [of] : [of, by]));

/** The scenarios that these lines need. */
export const scenariosOf = (wanted: readonly Line[]): Set<string> =>
  new Set(wanted.flatMap((line) => [...comparedIn(line), ...(company[line.id] ?? [])]));
