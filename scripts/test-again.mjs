/**
 * Which test files are measured once more, and what then counts. A bound in milliseconds is a claim about the service, not about
 * what else the machine was doing: docs/decisions/023-bounds-in-time.md.
 */

/** More files than these have not met a busy moment: they fail outright. */
export const againMax = 5;

/** How `expectInTime` (tests/helpers/in-time.ts) and Jest's own time-outs begin, in the JSON of Jest. */
const bound = /^(?:Error: )?\[timing\] /;
const timeOut = /^(?:Error: )?(?:thrown: )?"?Exceeded timeout of [\d.]+ \w+ for a (?:test|hook)/;
/** How Jest heads what failed outside of any test, in the text of a file. */
const outsideHead = 'Test suite failed to run';
const colours = /\u001b\[[0-9;]*m/g;

const plain = (text) => text.replaceAll(colours, '').trim();
const firstLine = (text) =>
  plain(text)
    .split('\n', 1)[0]
    .replace(/^Error: /, '');
const ofTime = (text) => bound.test(plain(text)) || timeOut.test(plain(text));

const failedTests = (file) => file.assertionResults.filter(({ status }) => status === 'failed');
const failuresOutside = (file) => plain(file.message).split(outsideHead).slice(1);

/** What a test says after its time-out, with its servers stopped under it, says nothing of the service. */
const upToTimeOut = (texts) => {
  const end = texts.findIndex((text) => timeOut.test(plain(text)));
  return end < 0 ? texts : texts.slice(0, end + 1);
};

/** @returns a line for each failure of the file if all of them are of time; nothing if one is not, or if there is none */
const missesOf = (file) => {
  const misses = failedTests(file).flatMap(({ fullName, failureMessages }) =>
    failureMessages.length === 0
      ? [{ timed: false, line: fullName }]
      : upToTimeOut(failureMessages).map((text) => ({ timed: ofTime(text), line: `${fullName}: ${firstLine(text)}` })),
  );
  // A hook at the end of a file that takes too long; a suite that could not be run at all has another text.
  const outside = failuresOutside(file).map((text) => ({ timed: ofTime(text), line: firstLine(text) }));
  const all = [...misses, ...outside];
  return all.every(({ timed }) => timed) ? all.map(({ line }) => line) : [];
};

/**
 * @param results what Jest says in its JSON, one for each phase
 * @returns the files to be measured once more, each with a line for every failure; none when there are more than `againMax`
 */
export const measuredAgain = (results) => {
  const missed = results
    .flatMap(({ testResults }) => testResults)
    .filter(({ status }) => status === 'failed')
    .map((file) => ({ file: file.name, misses: missesOf(file) }))
    .filter(({ misses }) => misses.length > 0);
  return missed.length > againMax ? [] : missed;
};

/** A run that was broken off counts as one failure; and Jest has more ways to fail than tests that do: no test found, a tear-down that threw. */
const countsOf = ({ code, result }) => {
  if (result === undefined) return { passed: 0, failed: 1 };
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return { passed: result.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
};

const sum = (counts) =>
  counts.reduce((all, { passed, failed }) => ({ passed: all.passed + passed, failed: all.failed + failed }), {
    passed: 0,
    failed: 0,
  });

/**
 * @param runs each phase: its exit code, and Jest's JSON, if it came to that
 * @param seconds what came of the files that were measured once more, `{ file, code, result }` each: it counts in place of the first
 */
export const countsWith = (runs, seconds) => {
  const replaced = new Set(seconds.map(({ file }) => file));
  const first = sum(runs.map(countsOf));
  const dropped = sum(
    runs
      .flatMap(({ result }) => result?.testResults ?? [])
      .filter(({ name }) => replaced.has(name))
      .map((file) => ({
        passed: file.assertionResults.filter(({ status }) => status === 'passed').length,
        failed: failedTests(file).length + (failuresOutside(file).length > 0 ? 1 : 0),
      })),
  );
  const second = sum(seconds.map(countsOf));
  return {
    passed: first.passed - dropped.passed + second.passed,
    failed: first.failed - dropped.failed + second.failed,
  };
};
