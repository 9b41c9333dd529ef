/**
 * Runs the tests: `node scripts/test.mjs [--long] [path patterns and Jest flags]`. Ends with a list of what could not
 * run for want of a server (a failure under CI=true) and with the line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'stockroom-tests-'));
const resultFile = join(scratch, 'result.json');
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

const runJest = () =>
  new Promise((resolve) => {
    const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
    const child = spawn(process.execPath, [jest, ...jestArgs, '--json', `--outputFile=${resultFile}`], {
      cwd: root,
      env: environment,
      // Jest prints the JSON to stdout as well when it writes it to a file: its own report goes to stderr.
      stdio: ['inherit', 'ignore', 'inherit'],
    });
    // The terminal has told the child as well; we stay to clear up and report.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('close', (code) => resolve(code ?? 1));
  });

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const code = await runJest();
const text = read(resultFile);
// A run that was broken off leaves no result, and counts as one failure.
const result = text === undefined ? undefined : JSON.parse(text);
const missing = [...new Set((read(missingFile) ?? '').split('\n').filter(Boolean))].map((line) => JSON.parse(line));
rmSync(scratch, { recursive: true, force: true });

if (missing.length > 0) {
  console.log('\n!!! NOT RUN for want of a server:');
  for (const { server, why, suite } of missing) console.log(`!!!   ${server}: ${suite} (${why})`);
}
const missingFails = process.env.CI === 'true' ? missing.length : 0;
const counted = (result ? result.numFailedTests + result.numRuntimeErrorTestSuites : 1) + missingFails;
// Jest has more ways to fail than tests that do: no test found, a set-up or tear-down that threw.
const failed = code !== 0 && counted === 0 ? 1 : counted;
console.log(`${result?.numPassedTests ?? 0} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
