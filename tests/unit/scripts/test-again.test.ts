import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expectInTime } from '../../helpers/in-time.js';

interface TestFile {
  name: string;
  status: 'passed' | 'failed';
  message: string;
  assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
}
interface Result {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: TestFile[];
}
interface Run {
  code: number;
  result: Result | undefined;
}
interface TestAgain {
  againMax: number;
  measuredAgain: (results: readonly Result[]) => { file: string; misses: string[] }[];
  countsWith: (
    runs: readonly Run[],
    seconds: readonly (Run & { file: string })[],
  ) => { passed: number; failed: number };
}

const source = pathToFileURL(join(process.cwd(), 'scripts/test-again.mjs')).href;
const { againMax, measuredAgain, countsWith } = (await import(source)) as TestAgain;

const missOf = (figure: number): string => {
  try {
    expectInTime(figure, 'the longest read').toBeLessThan(336);
  } catch (error) {
    return (error as Error).stack ?? '';
  }
  return '';
};
const miss = missOf(403);
const wrong = 'Error: expect(received).toEqual(expected)\n\nExpected: 1\nReceived: 2';
const tooLong = 'Error: thrown: "Exceeded timeout of 30 s for a test.\nAdd a timeout value to this test.';
const outside = (text: string): string => `  ● Test suite failed to run\n\n    ${text}\n`;

/** A file with one test that passes and one for each of these lists of failures. */
const fileOf = (name: string, failures: readonly string[][], message = ''): TestFile => ({
  name,
  status: failures.length > 0 || message !== '' ? 'failed' : 'passed',
  message,
  assertionResults: [
    { fullName: 'passes', status: 'passed', failureMessages: [] },
    ...failures.map((failureMessages, at) => ({ fullName: `fails ${at}`, status: 'failed', failureMessages })),
  ],
});
const resultOf = (...testResults: TestFile[]): Result => ({
  numPassedTests: testResults.length,
  numFailedTests: testResults.flatMap((each) => each.assertionResults).filter(({ status }) => status === 'failed')
    .length,
  numRuntimeErrorTestSuites: testResults.filter(({ message }) => message.includes('failed to run')).length,
  testResults,
});
const chosen = (...testResults: TestFile[]): string[] =>
  measuredAgain([resultOf(...testResults)]).map(({ file }) => file);
const runOf = (...testResults: TestFile[]): Run => {
  const result = resultOf(...testResults);
  return { code: testResults.every(({ status }) => status === 'passed') ? 0 : 1, result };
};

describe('what is measured again', () => {
  it('when a file has missed nothing but bounds in time, then it is, with each figure and bound', () => {
    const again = measuredAgain([
      resultOf(fileOf('a', [[miss], [tooLong]])),
      resultOf(fileOf('b', []), fileOf('c', [[miss]])),
    ]);
    expect(again.map(({ file }) => file)).toEqual(['a', 'c']);
    expect(again[0]?.misses).toEqual([
      'fails 0: [timing] the longest read: 403 ms, must be less than 336 ms',
      'fails 1: thrown: "Exceeded timeout of 30 s for a test.',
    ]);
  });

  it('when a test has failed after its time-out as well, then it is; before it, then not', () => {
    expect(chosen(fileOf('a', [[tooLong, wrong]]))).toEqual(['a']);
    expect(chosen(fileOf('a', [[wrong, tooLong]]))).toEqual([]);
  });

  it('when a hook at the end of the file has taken too long, then it is', () => {
    expect(chosen(fileOf('a', [], outside('thrown: "Exceeded timeout of 5 s for a hook.')))).toEqual(['a']);
  });

  it.each<[string, TestFile]>([
    ['everything has passed', fileOf('a', [])],
    ['an assertion of correctness has failed', fileOf('a', [[wrong]])],
    ['one has failed beside a bound in time', fileOf('a', [[miss], [wrong]])],
    ['one has failed in the same test', fileOf('a', [[miss, wrong]])],
    ['a failure only speaks of a bound in time', fileOf('a', [[`Error: expected ${miss}`]])],
    ['a failure says nothing', fileOf('a', [[]])],
    ['the file could not be run', fileOf('a', [], outside('SyntaxError: Unexpected token'))],
    ['it could not be cleared up after', fileOf('a', [[miss]], outside('Error: still connected'))],
  ])('when %s, then nothing is', (_, file) => {
    expect(chosen(file)).toEqual([]);
  });

  it('when more files have missed than a busy moment explains, then none is', () => {
    const missed = Array.from({ length: againMax + 1 }, (_, at) => fileOf(String(at), [[miss]]));
    expect(chosen(...missed)).toEqual([]);
    expect(chosen(...missed.slice(1))).toHaveLength(againMax);
  });
});

describe('what counts', () => {
  it('when nothing was measured again, then what each phase has said', () => {
    expect(countsWith([runOf(fileOf('a', []), fileOf('b', [[wrong]])), runOf(fileOf('c', []))], [])).toEqual({
      passed: 3,
      failed: 1,
    });
  });

  it('when the second measurement passes, then its tests count once and no failure is left', () => {
    const second: TestFile = { ...fileOf('b', []), assertionResults: [] };
    const result = { ...resultOf(second), numPassedTests: 2 };
    const counts = countsWith([runOf(fileOf('a', []), fileOf('b', [[miss]]))], [{ file: 'b', code: 0, result }]);
    expect(counts).toEqual({ passed: 3, failed: 0 });
  });

  it('when the second measurement fails, in whatever way, then that counts', () => {
    const runs = [runOf(fileOf('a', [[miss]]))];
    const again = (failures: string[][]) => countsWith(runs, [{ file: 'a', ...runOf(fileOf('a', failures)) }]);
    expect(again([[miss]])).toEqual({ passed: 1, failed: 1 });
    expect(again([[wrong], [wrong]])).toEqual({ passed: 1, failed: 2 });
    expect(countsWith(runs, [{ file: 'a', code: 1, result: undefined }])).toEqual({ passed: 0, failed: 1 });
  });

  it('when a hook of the file had failed too, then that is replaced as well', () => {
    const file = fileOf('a', [[miss]], outside('thrown: "Exceeded timeout of 5 s for a hook.'));
    expect(countsWith([runOf(file)], [{ file: 'a', ...runOf(fileOf('a', [])) }])).toEqual({ passed: 1, failed: 0 });
  });

  it('when a run was broken off, or ends badly without a test that failed, then that is a failure', () => {
    expect(countsWith([{ code: 1, result: undefined }], [])).toEqual({ passed: 0, failed: 1 });
    expect(countsWith([{ code: 1, result: resultOf(fileOf('a', [])) }], [])).toEqual({ passed: 1, failed: 1 });
  });
});

describe('a claim about time', () => {
  it('when it holds, then nothing happens; when it is missed, then the failure says by what', () => {
    expect(missOf(335.9)).toBe('');
    expect(() => expectInTime(9, 'purchases', 'a second').toBeGreaterThan(10)).toThrow(
      /^\[timing\] purchases: 9 a second, must be more than 10 a second$/,
    );
  });

  it('when there is no figure, then that is no miss of time', () => {
    for (const figure of [NaN, Infinity, -Infinity])
      expect(() => expectInTime(figure, 'a wait').toBeLessThan(5)).toThrow(/^a wait: /);
  });
});
