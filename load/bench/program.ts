import { createCleanup, type Cleanup } from './cleanup.js';

/** Runs a program and ends what it has started on every way out, Ctrl-C included; the exit code is 0 when `work` says that all is well. */
export const runProgram = async (work: (cleanup: Cleanup) => Promise<boolean>): Promise<void> => {
  const cleanup = createCleanup();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // A Ctrl-C comes from the terminal and from npm: what comes again must not end the cleaning up.
    process.on(signal, () => void cleanup.run().finally(() => process.exit(130)));
  }
  try {
    process.exitCode = (await work(cleanup)) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await cleanup.run();
  }
};
