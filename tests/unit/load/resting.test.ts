import type { Counted } from '../../../load/bench/read-cost.js';
import { writesBesidesRest } from '../../../load/bench/resting.js';

const span = (ms: number, writes: number): Counted => ({
  ms,
  counts: { requests: 0, commands: 0, queries: 0, writes, commits: 0 },
});

describe('writesBesidesRest', () => {
  it('when something is written at rest, then as much of it as falls into the span is taken off', () => {
    expect(writesBesidesRest(span(4000, 50), span(2000, 10))).toBe(30);
  });
  it('when nothing is written at rest, then all of it counts', () => {
    expect(writesBesidesRest(span(4000, 50), span(2000, 0))).toBe(50);
  });
  it('when less was written than at rest, then it is nothing', () => {
    expect(writesBesidesRest(span(4000, 5), span(2000, 10))).toBe(0);
  });
});
