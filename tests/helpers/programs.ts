import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where this run keeps the programs that its tests start; set by the global set-up. */
export const programsKey = 'TEST_PROGRAMS';

const compileMsMax = 300_000;

/** Below the packages, as it needs them. */
export const programsDirectory = (): string =>
  resolve('node_modules', '.cache', 'stockroom-tests', String(process.pid));

export const removePrograms = (directory: string): void => rmSync(directory, { recursive: true, force: true });

/**
 * The path of the compiled form of a source such as `src/server.ts`. The first who asks in a run compiles all of them: a process that
 * a loader compiles by itself takes seconds longer to come up, each time.
 */
export const compiledProgram = (source: string): string => {
  const directory = process.env[programsKey];
  if (directory === undefined) throw new Error(`${programsKey} is not set: run the tests by npm test`);
  if (!existsSync(directory)) {
    const args = ['--import', 'tsx', 'tests/helpers/compile-programs.ts', directory];
    execFileSync(process.execPath, args, { stdio: 'inherit', timeout: compileMsMax });
  }
  return join(directory, source.replace(/\.ts$/, '.js'));
};
