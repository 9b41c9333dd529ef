import { judgeLine } from '../../../load/bench/judge-line.js';
import type { Line } from '../../../load/bench/line.js';
import { lines, scenariosOf } from '../../../load/bench/lines.js';
import type { Run } from '../../../load/bench/run.js';
import { scenarios } from '../../../load/bench/scenarios.js';

const run = (change: Partial<Run>): Run => ({
  rate: 100,
  p50Ms: 1,
  p99Ms: 10,
  maxMs: 20,
  serverCpuUs: 50,
  mongodCpuUs: 50,
  mongoCommands: 1,
  mongoWrites: 1,
  statuses: { '201': 1 },
  faults: [],
  ...change,
});

const line: Line = {
  id: 'x',
  work: 'work',
  against: 'rival',
  targets: [
    { label: 'rate', quantity: 'rate', of: 'a', by: 'b', atLeast: 2 },
    { label: 'p99', quantity: 'p99Ms', of: 'a', by: null, atMost: 10 },
  ],
};

const ran = (a: readonly Run[], b: readonly Run[]) =>
  new Map([
    ['a', a],
    ['b', b],
  ]);
const none = new Map<string, string>();

describe('judgeLine', () => {
  it('when the medians reach the targets, then it is met, with each round beside it', () => {
    const a = [run({ rate: 190 }), run({ rate: 250 }), run({ rate: 900 })];
    const { verdicts, faults } = judgeLine(line, ran(a, [run({}), run({}), run({})]), none);
    expect(faults).toEqual([]);
    expect(verdicts.map(({ value, met }) => ({ value, met }))).toEqual([
      { value: 2.5, met: true },
      { value: 10, met: true },
    ]);
    expect(verdicts[0]?.perRound).toEqual([1.9, 2.5, 9]);
  });
  it('when a ratio is too small or a figure too big, then that target is below', () => {
    const { verdicts } = judgeLine(line, ran([run({ rate: 199, p99Ms: 10.1 })], [run({})]), none);
    expect(verdicts.map(({ met }) => met)).toEqual([false, false]);
  });
  it('when any round of any side failed its audit, then there is no figure', () => {
    const b = [run({}), run({ faults: ['p: 1 lines, 2 answered'] })];
    const result = judgeLine(line, ran([run({ rate: 999 }), run({ rate: 999 })], b), none);
    expect(result.verdicts).toEqual([]);
    expect(result.faults).toEqual(['b: p: 1 lines, 2 answered']);
  });
  it('when a side could not be run, then there is no figure and the reason is named', () => {
    const result = judgeLine(line, ran([run({})], []), new Map([['b', 'did not start']]));
    expect(result).toMatchObject({ verdicts: [], faults: ['b: did not start'] });
  });
  it('when a quantity could not be measured, then the target is not met', () => {
    const costly: Line = { ...line, targets: [{ ...line.targets[0], quantity: 'serverCpuUs' } as Line['targets'][0]] };
    const { verdicts } = judgeLine(costly, ran([run({ serverCpuUs: null })], [run({})]), none);
    expect(verdicts[0]?.met).toBe(false);
  });
});

describe('lines', () => {
  it('when a line compares scenarios, then every one of them is there to be run', () => {
    const known = new Set(scenarios.map((scenario) => scenario.id));
    expect([...scenariosOf(lines)].filter((id) => !known.has(id))).toEqual([]);
  });
});
