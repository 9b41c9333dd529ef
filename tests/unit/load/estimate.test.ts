import { estimateSeconds } from '../../../load/bench/estimate.js';
import { judgeLine } from '../../../load/bench/judge-line.js';
import { lines } from '../../../load/bench/lines.js';
import { withNote } from '../../../load/bench/notes.js';
import { roundsOf } from '../../../load/bench/rounds.js';
import { scenarios } from '../../../load/bench/scenarios.js';

const usual = { rounds: 2, seconds: 3, minutes: 2 };

describe('estimateSeconds', () => {
  it('when there are more rounds, longer windows or more minutes, then it takes longer', () => {
    const base = estimateSeconds(scenarios, usual);
    expect(estimateSeconds(scenarios, { ...usual, rounds: 3 })).toBeGreaterThan(base);
    expect(estimateSeconds(scenarios, { ...usual, seconds: 4 })).toBeGreaterThan(base);
    expect(estimateSeconds(scenarios, { ...usual, minutes: 3 })).toBeGreaterThan(base + 59);
  });
  it('when only some are run, then it takes less', () => {
    expect(estimateSeconds(scenarios.slice(0, 2), usual)).toBeLessThan(estimateSeconds(scenarios, usual));
  });
});

describe('what lasts for minutes', () => {
  const lasting = scenarios.find(({ id }) => id === 'lasting/ours');

  it('when there are many rounds, then it runs once all the same', () => {
    expect(lasting && roundsOf(lasting, { rounds: 5 })).toBe(1);
  });
  it('when it was cut short, then its line says so, and no other', () => {
    const noted = lines.map((line) => withNote(judgeLine(line, new Map(), new Map()), { minutes: 2 }));
    expect(noted.filter(({ note }) => note !== undefined).map(({ line, note }) => [line.id, note])).toEqual([
      ['15', 'short: 2 of 10 minutes'],
    ]);
  });
  it('when it lasted as long as the line says, then nothing is noted', () => {
    const noted = lines.map((line) => withNote(judgeLine(line, new Map(), new Map()), { minutes: 10 }));
    expect(noted.filter(({ note }) => note !== undefined)).toEqual([]);
  });
});
