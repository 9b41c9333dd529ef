import { countedBetween, sumOfCommands, type MongoCounters } from '../../../load/bench/mongo-counters.js';
import { readCommands, type Counted } from '../../../load/bench/read-cost.js';

const span = (ms: number, counts: Partial<MongoCounters>): Counted => ({
  ms,
  counts: { requests: 0, commands: 1, queries: 0, writes: 0, commits: 0, ...counts },
});
/** Ten commands a second, and the one that reads the counters. */
const idle = span(2000, { commands: 21 });

describe('sumOfCommands', () => {
  it('when the server lists commands by name and a bare count of unknown ones, then all are added up', () => {
    expect(sumOfCommands({ '<UNKNOWN>': 2, find: { total: 5 }, hello: { total: 30 } })).toBe(37);
  });
});

describe('countedBetween', () => {
  it('when two readings are compared, then every counter is the difference', () => {
    const before = { requests: 1, commands: 2, queries: 3, writes: 4, commits: 5 };
    const after = { requests: 11, commands: 22, queries: 33, writes: 44, commits: 55 };
    expect(countedBetween(before, after)).toEqual({ requests: 10, commands: 20, queries: 30, writes: 40, commits: 50 });
  });
});

describe('readCommands', () => {
  it('when nobody writes, then what runs anyway and the reading itself are subtracted', () => {
    expect(readCommands(span(4000, { commands: 141, queries: 100 }), idle, null)).toBeCloseTo(100);
  });
  it('when reads cost nothing, then it is nothing and never less', () => {
    expect(readCommands(span(4000, { commands: 30 }), idle, null)).toBe(0);
  });
  it('when others buy, then their commands are subtracted by the batch, however many batches there are', () => {
    // 100 batches of 5 commands, one of them a query, alone; 40 batches beside the reads, which are 60 queries.
    const alone = span(1000, { commands: 1 + 10 + 500, queries: 100, commits: 100 });
    const during = span(4000, { commands: 1 + 40 + 200 + 60, queries: 40 + 60, commits: 40 });
    expect(readCommands(during, idle, alone)).toBeCloseTo(60);
  });
  it('when queries and all commands disagree, then the greater is believed', () => {
    expect(readCommands(span(4000, { commands: 51, queries: 25 }), idle, null)).toBeCloseTo(25);
    expect(readCommands(span(4000, { commands: 91, queries: 25 }), idle, null)).toBeCloseTo(50);
  });
});
