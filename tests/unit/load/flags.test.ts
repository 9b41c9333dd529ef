import { readFlags } from '../../../load/bench/flags.js';
import { lines } from '../../../load/bench/lines.js';

describe('readFlags', () => {
  it('when nothing is said, then every line is run five times', () => {
    expect(readFlags([])).toEqual({ lines, rounds: 5, seconds: 4, minutes: 10, minutesMax: 120, write: true });
  });
  it('when lines are named, then those are run', () => {
    const { lines: wanted, rounds } = readFlags(['--lines=5b,1', '--rounds=2']);
    expect(wanted.map((line) => line.id)).toEqual(['1', '5b']);
    expect(rounds).toBe(2);
  });
  it('when it is to be quick, then there are two short rounds without what takes minutes, unless something else is said', () => {
    const { lines: some, rounds, seconds } = readFlags(['--quick']);
    expect({ rounds, seconds }).toEqual({ rounds: 2, seconds: 2 });
    expect(some).toEqual(lines.filter(({ id }) => id !== '14' && id !== '15'));
    expect(readFlags(['--quick', '--lines=14', '--rounds=3'])).toMatchObject({ lines: [{ id: '14' }], rounds: 3 });
  });
  it.each([['--quick'], ['--lines=1'], ['--rounds=4'], ['--seconds=3'], ['--minutes=2']])(
    'when %s makes it less than a whole run, then what was measured before stays, unless it is to be written',
    (flag) => {
      expect(readFlags([flag]).write).toBe(false);
      expect(readFlags([flag, '--write']).write).toBe(true);
    },
  );
  it.each([['--lines=99'], ['--rounds=0'], ['--rounds=many'], ['--seconds=1e9'], ['--minutes='], ['--fast']])(
    'when %s is said, then it is refused',
    (flag) => {
      expect(() => readFlags([flag])).toThrow();
    },
  );
});
