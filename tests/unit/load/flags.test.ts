import { readFlags } from '../../../load/bench/flags.js';
import { lines } from '../../../load/bench/lines.js';

describe('readFlags', () => {
  it('when nothing is said, then every line is run five times', () => {
    expect(readFlags([])).toEqual({ lines, rounds: 5, seconds: 4, minutesMax: 45 });
  });
  it('when lines are named, then those are run', () => {
    const { lines: wanted, rounds } = readFlags(['--lines=5b,1', '--rounds=2']);
    expect(wanted.map((line) => line.id)).toEqual(['1', '5b']);
    expect(rounds).toBe(2);
  });
  it.each([['--lines=99'], ['--rounds=0'], ['--rounds=many'], ['--seconds=1e9'], ['--minutes='], ['--fast']])(
    'when %s is said, then it is refused',
    (flag) => {
      expect(() => readFlags([flag])).toThrow();
    },
  );
});
