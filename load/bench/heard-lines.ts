import { rate, type Line } from './line.js';

const heard = 'again, with somebody who listens to relay, broker and change feed and is told of every sale';

/**
 * The purchase lines once more. The service runs its relay, its broker and its change feed in the plain lines too; here they have
 * something to deliver: a queue gets every event, a stream every level, and a sale that was not told leaves the line without a figure.
 */
export const heardLines: readonly Line[] = [
  {
    id: '1+',
    work: `line 1 ${heard}`,
    against: 'tutorial',
    targets: [
      rate('hot-heard/ours', 'hot/tutorial', 7),
      { label: 'p99', quantity: 'p99Ms', of: 'hot-heard/ours', by: 'hot/tutorial', atMost: 0.2 },
    ],
  },
  {
    id: '2+',
    work: 'the same',
    against: 'stock-express, POST of nothing',
    targets: [
      rate('hot-heard/ours', 'hot/stock-express', 1),
      { label: 'server CPU', quantity: 'serverCpuUs', of: 'hot-heard/ours', by: 'hot/stock-express', atMost: 0.75 },
    ],
  },
  { id: '3+', work: 'the same', against: 'transaction', targets: [rate('hot-heard/ours', 'hot/transaction', 40)] },
  { id: '3b+', work: 'the same', against: 'seckill', targets: [rate('hot-heard/ours', 'hot/seckill', 1.2)] },
  { id: '4+', work: 'line 4 again', against: 'tutorial', targets: [rate('many-heard/ours', 'many/tutorial', 5)] },
  { id: '5+', work: 'line 5 again', against: 'tutorial', targets: [rate('crowd-heard/ours', 'crowd/tutorial', 8)] },
  {
    id: '5b+',
    work: 'line 5b again',
    against: 'line 1+',
    targets: [rate('limited-heard/ours', 'hot-heard/ours', 0.6)],
  },
];
