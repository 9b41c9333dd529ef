import { readFlags } from '../../../../load/faults/flags.js';

describe('flags of the fault runner', () => {
  it('when nothing is said, then it is one run of seed 1 on a set of three', () => {
    expect(readFlags([])).toEqual({
      ...{ seed: 1, runs: 1, parallel: 1, members: 3, summary: undefined, results: undefined },
    });
  });

  it.each([
    [['--parallel'], 2],
    [['--parallel', '--seed', '3'], 2],
    [['--parallel', '4'], 4],
    [['--parallel=1'], 1],
  ])('when %j is said, then %i systems run side by side', (argv, parallel) => {
    expect(readFlags(argv).parallel).toBe(parallel);
  });

  it.each([
    [['--runs', '0'], /--runs takes a whole number from 1 to 100000, not "0"/],
    [['--runs', '-3'], /--runs/],
    [['--runs', 'many'], /--runs takes .* not "many"/],
    [['--seed', '1.5'], /--seed takes/],
    [['--seed', '4294967296'], /--seed takes/],
    [['--members', '2'], /--members takes 1 or 3/],
    [['--parallel', '99'], /--parallel takes/],
    [['--colour', 'red'], /--colour/],
    [['twice'], /twice/],
  ])('when %j is said, then it is refused in words', (argv, words) => {
    expect(() => readFlags(argv)).toThrow(words);
    expect(() => readFlags(argv)).toThrow(/npm run faults -- --seed N/);
  });

  it('when only the summary of earlier results is wanted, then no run is', () => {
    expect(readFlags(['--runs', '0', '--results', 'r.jsonl', '--summary', 'docs/proof']).runs).toBe(0);
  });
});
