import { historySection } from '../../../load/report/history-html.js';
import { historyEntry, parseHistory } from '../../../load/report/history.js';
import type { Line } from '../../../load/bench/line.js';
import { judgeLine } from '../../../load/bench/judge-line.js';
import type { Run } from '../../../load/bench/run.js';
import type { Results } from '../../../load/report/results.js';

const line: Line = {
  id: '1',
  work: 'a <work>',
  against: 'tutorial',
  targets: [
    { label: 'rate', quantity: 'rate', of: 'a', by: 'b', atLeast: 7 },
    { label: 'p99', quantity: 'p99Ms', of: 'a', by: 'b', atMost: 0.2 },
  ],
};
const run = (rate: number, faults: string[] = []): Run => ({
  ...{ rate, p50Ms: 1, p99Ms: 2, maxMs: 3, serverCpuUs: 40, mongodCpuUs: 50, mongoCommands: 0.1, mongoWrites: 2 },
  ...{ statuses: {}, faults },
});
const resultsOf = (ours: Run[]): Results => {
  const runs = new Map([
    ['a', ours],
    ['b', ours.map(() => run(1000))],
  ]);
  return {
    ...{ startedAt: new Date('2026-01-02T03:04:05Z'), endedAt: new Date('2026-01-02T03:14:05Z') },
    machine: {
      ...{ cores: 2, cpu: 'A <CPU>', memoryGiB: 8, system: 'linux 6', node: 'v20', mongod: '6', loadAtStart: 0.5 },
    },
    settings: { rounds: ours.length, seconds: 4, minutes: 10, write: true },
    ...{ scenarios: [], runs, results: [judgeLine(line, runs, new Map())] },
  };
};

describe('historyEntry', () => {
  it('when a line has figures, then ratio, range, own median, target and state are kept for each promise', () => {
    const { verdicts, ...entry } = historyEntry(resultsOf([run(6000), run(8000), run(9000)]), 'abc1234');
    expect(entry).toMatchObject({ at: '2026-01-02T03:04:05.000Z', commit: 'abc1234', rounds: 3, loadAtStart: 0.5 });
    expect(verdicts[0]).toMatchObject({
      id: '1 rate',
      value: 8,
      range: [6, 9],
      ours: 8000,
      target: '≥ 7',
      state: 'met',
    });
    expect(verdicts[1]).toMatchObject({ id: '1 p99', value: 1, state: 'below' });
  });
  it('when a line failed its audit, then it is kept without a figure and not dropped', () => {
    const { verdicts } = historyEntry(resultsOf([run(6000, ['p: 2 units sold, 1 answered'])]), null);
    expect(verdicts.map(({ state, value }) => ({ state, value }))).toEqual([
      { state: 'no figure', value: null },
      { state: 'no figure', value: null },
    ]);
  });
});

describe('parseHistory', () => {
  const entry = historyEntry(resultsOf([run(8000)]), 'abc1234');
  it('when runs are read back, then they are what was written, in their order', () => {
    const later = { ...entry, at: '2026-01-03T03:04:05.000Z' };
    expect(parseHistory(`${JSON.stringify(entry)}\n${JSON.stringify(later)}\n`)).toEqual([entry, later]);
  });
  it('when a line is torn or of another shape, then the others are still read', () => {
    expect(parseHistory(`{"at": "20\n{"at":1}\n\n${JSON.stringify(entry)}\n`)).toEqual([entry]);
  });
});

describe('historySection', () => {
  const entry = historyEntry(resultsOf([run(8000)]), 'abc1234');
  it('when there were runs, then each promise is drawn over them with its target', () => {
    const section = historySection([entry, entry]);
    expect(section.match(/<figure>/g)).toHaveLength(2);
    expect(section.match(/<circle/g)).toHaveLength(4);
    expect(section).toContain('1 rate: 8×, met, target ≥ 7');
  });
  it('when texts hold markup, then they are shown and not run', () => {
    expect(historySection([entry])).not.toMatch(/<work>|<CPU>/);
  });
  it('when there was none, then there is nothing', () => {
    expect(historySection([])).toBe('');
  });
  it('when there were hundreds, then only the newest are drawn', () => {
    const many = Array.from({ length: 300 }, () => entry);
    expect(historySection(many).match(/<circle/g)).toHaveLength(80);
  });
});
