/**
 * Runs the tests: `node scripts/test.mjs [--long] [path patterns and Jest flags]`. Files that have failed by nothing but
 * bounds in time are measured once more, alone. Ends with a list of what could not run for want of a server (a failure
 * under CI=true) and with the line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsWith, measuredAgain } from './test-again.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'stockroom-tests-'));
const missingFile = join(scratch, 'missing.jsonl');

const args = process.argv.slice(2);
const long = args.includes('--long');
const jestArgs = args.filter((arg) => arg !== '--long');

const environment = {
  ...process.env,
  // Jest needs the flag for ES modules, in its workers too; the warning about it says nothing new.
  NODE_OPTIONS:
    `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim(),
  TEST_MISSING_FILE: missingFile,
  ...(long ? { LONG: '1' } : {}),
};

const heapMax = '500MB';

/**
 * Without a choice of the caller's: first what needs no server and no clock, on every core; then the rest, a file at a time, so that
 * what measures waits and races has the machine to itself. That one process is renewed when files before have left much behind: a
 * second of collecting their garbage would be a second in which a service under test stands still.
 */
const phases =
  jestArgs.length > 0
    ? [jestArgs]
    : [
        ['tests/unit', '--maxWorkers=100%'],
        ['tests/', '--testPathIgnorePatterns=tests/unit/', '--maxWorkers=1', `--workerIdleMemoryLimit=${heapMax}`],
      ];

let stopped = false;
let stopRunning = () => undefined;
// The terminal has told the child as well; we stay to clear up and report.
process.on('SIGINT', () => (stopped = true));
process.on('SIGTERM', () => {
  stopped = true;
  stopRunning();
});

/** How long a finished run may take to end, and a phase in all. */
const exitMsMax = 20_000;
const phaseMsMax = 40 * 60_000;
const longMsMax = 6 * 3_600_000;

/** @returns the exit code, and what Jest says in its JSON; without one the run was broken off */
const runJest = (phaseArgs, phase) =>
  new Promise((resolve) => {
    const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
    const resultFile = join(scratch, `result-${phase}.json`);
    const child = spawn(process.execPath, [jest, ...phaseArgs, '--json', `--outputFile=${resultFile}`], {
      cwd: root,
      env: environment,
      // Jest prints the JSON to stdout as well when it writes it to a file: its own report goes to stderr.
      stdio: ['inherit', 'ignore', 'inherit'],
    });
    stopRunning = () => child.kill('SIGTERM');
    // What a failed test has left open must not keep the run from its end: the result is there by then.
    const watch = setInterval(() => {
      if (existsSync(resultFile)) setTimeout(() => child.kill('SIGKILL'), exitMsMax).unref();
    }, 5_000);
    const deadline = setTimeout(() => child.kill('SIGKILL'), long ? longMsMax : phaseMsMax);
    child.once('close', (code, signal) => {
      clearInterval(watch);
      clearTimeout(deadline);
      const text = read(resultFile);
      const result = text === undefined ? undefined : JSON.parse(text);
      if (signal === 'SIGKILL')
        console.log(`\n!!! Ended by force: ${result ? 'something was left open' : 'it took too long'}`);
      resolve({ code: code ?? (result?.success === true ? 0 : 1), result });
    });
  });

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const runs = [];
for (const [phase, phaseArgs] of phases.entries()) if (!stopped) runs.push(await runJest(phaseArgs, phase));

const seconds = [];
const again = stopped ? [] : measuredAgain(runs.flatMap(({ result }) => result ?? []));
for (const { file, misses } of again) {
  if (stopped) break;
  console.log(`\n!!! MEASURED AGAIN, alone: ${relative(root, file)}`);
  for (const miss of misses) console.log(`!!!   ${miss}`);
  const run = await runJest(['--runTestsByPath', file, '--maxWorkers=1'], `again-${seconds.length}`);
  seconds.push({ file, ...run });
}
const missing = [...new Set((read(missingFile) ?? '').split('\n').filter(Boolean))].map((line) => JSON.parse(line));
rmSync(scratch, { recursive: true, force: true });

if (missing.length > 0) {
  console.log('\n!!! NOT RUN for want of a server:');
  for (const { server, why, suite } of missing) console.log(`!!!   ${server}: ${suite} (${why})`);
}
const missingFails = process.env.CI === 'true' ? missing.filter(({ optional }) => !optional).length : 0;
const counts = countsWith(runs, seconds);
const failed = (stopped ? 1 : 0) + missingFails + counts.failed;
console.log(`${counts.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
