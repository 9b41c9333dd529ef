import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadEnv } from '../src/config/env.js';
import { cacheDirOf } from '../src/config/cache-dir.js';
import { findMongod } from '../src/config/mongod-binary.js';
import { createClosers } from '../src/utils/closers.js';
import { transpile } from '../scripts/transpile.js';
import { readFlags, type Flags } from './faults/flags.js';
import { isClean, type RunResult } from './faults/result.js';
import { runSeries } from './faults/series.js';
import { readResults, writeSummary } from './faults/summary.js';

/**
 * `npm run faults -- --seed N --runs N`: breaks the whole system on purpose, run by run, and audits it after each.
 * Exit code 1 when a run was not clean, 2 when the command line is wrong.
 */
const flagsOrLeave = (): Flags => {
  try {
    return readFlags(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
};

const flags = flagsOrLeave();
const root = resolve(import.meta.dirname, '..');
const dir = mkdtempSync(join(tmpdir(), 'stockroom-faults-'));
// Below the packages, as the processes need them.
const programs = join(root, 'node_modules', '.cache', 'stockroom-faults', String(process.pid));
let stopped = false;

const tidy = (): void => {
  rmSync(programs, { recursive: true, force: true });
  // What a failed run has left is kept.
  if (existsSync(dir) && readdirSync(dir).length === 0) rmSync(dir, { recursive: true, force: true });
};

const leave = (code: number): never => {
  tidy();
  process.exit(code);
};

/** Whatever does not end in order ends by the last word of the herd; see `system/herd.ts`. */
const closers = createClosers((name, error) => console.error(`closing ${name} failed:`, error));
const stopMsMax = 15_000;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second one does not wait.
    if (stopped) process.exit(130);
    stopped = true;
    void Promise.race([closers.close(), sleep(stopMsMax)]).finally(() => {
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      leave(130);
    });
  });
}

const print = (line: string): void => console.log(line);
let results: RunResult[] = [];
if (flags.runs > 0) {
  const env = loadEnv(process.env);
  const mongod = await findMongod({ binary: env.MONGOD_BINARY, cacheDir: cacheDirOf(env), progress: print });
  const compiled = transpile(root, ['src', 'load/faults'], programs);
  results = await runSeries({ flags, dir, mongod, compiled, print, closers, isStopped: () => stopped });
}
const clean = results.filter(isClean).length;
print(`${String(results.length)} runs, ${String(clean)} clean, ${String(results.length - clean)} failed`);
if (flags.summary !== undefined) {
  const isKept = flags.results !== undefined && existsSync(flags.results);
  await writeSummary(isKept ? readResults(flags.results ?? '') : results, flags.summary);
}
leave(clean < results.length ? 1 : 0);
