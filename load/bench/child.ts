import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, readFileSync, truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server process of the bench. Its output goes to a file, as a service's log does. */
export interface ServerProcess {
  pid: number;
  /** What it has said since the last `forgetOutput`. */
  output: () => string;
  forgetOutput: () => void;
  /** The exit code or signal once it has ended, else null. */
  ended: () => string | null;
  /** SIGTERM, and SIGKILL when that has not helped within `graceMs`. */
  stop: (graceMs?: number) => Promise<void>;
}

export interface ServerProcessOptions {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  cwd?: string;
}

const exited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Starts a process; the bench ends it on every way out (see `createCleanup`). */
export const startProcess = ({ command, args, env, logFile, cwd }: ServerProcessOptions): ServerProcess => {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { env, stdio: ['ignore', log, log], ...(cwd === undefined ? {} : { cwd }) });
  closeSync(log);
  // A command that is not there shows as a process that has ended; `ended` tells it.
  let spawnError: string | null = null;
  child.once('error', (error) => {
    spawnError = error.message;
  });
  return {
    pid: child.pid ?? 0,
    output: () => readFileSync(logFile, 'utf8'),
    forgetOutput: () => truncateSync(logFile),
    ended: () => spawnError ?? (exited(child) ? String(child.signalCode ?? child.exitCode) : null),
    stop: async (graceMs = 15_000) => {
      if (exited(child) || spawnError !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await Promise.race([gone, sleep(graceMs, undefined, { ref: false })]);
      if (!exited(child)) child.kill('SIGKILL');
      await gone;
    },
  };
};

/**
 * Looks every 25 ms until `ready` gives something.
 * @throws Error with the process's last words when it has ended or `deadlineMs` has passed
 */
export const untilReady = async <T>(
  name: string,
  server: Pick<ServerProcess, 'ended' | 'output'>,
  ready: () => Promise<T | null> | T | null,
  deadlineMs = 120_000,
): Promise<T> => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await ready();
    if (found !== null) return found;
    const ended = server.ended();
    if (ended !== null || Date.now() > deadline) {
      const why = ended === null ? `was not ready after ${deadlineMs} ms` : `ended (${ended})`;
      throw new Error(`${name} ${why}: ${server.output().slice(-600).trim()}`);
    }
    await sleep(25);
  }
};
