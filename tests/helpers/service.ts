import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledProgram } from './programs.js';
import { waitFor } from './wait-for.js';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The service as a process of its own. */
export interface Service {
  child: ChildProcess;
  pid: number;
  /** What it has printed so far. */
  stdout: () => string;
  stderr: () => string;
  exited: Promise<Exit>;
  /** Waits until it says that it is ready; returns its URL. Throws when it ends before. */
  ready: () => Promise<string>;
  /** Sends the signal and waits for the end. */
  stop: (signal?: NodeJS.Signals) => Promise<Exit>;
}

const startMs = 120_000;
/** Settings of whoever runs the tests must not reach the service. */
const inherited = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'MONGOD_BINARY', 'LANG', 'TMPDIR'];

/**
 * Starts the service with nothing but these settings, by default on a port that the system chooses.
 * @param program a source, and its arguments
 */
export const spawnService = (
  settings: Readonly<Record<string, string>>,
  [source, ...args]: readonly [string, ...string[]] = ['src/server.ts'],
): Service => {
  const base = Object.fromEntries(inherited.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : [])));
  const child = spawn(process.execPath, [compiledProgram(source), ...args], {
    env: { ...base, PORT: '0', HOST: '127.0.0.1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let ended: Exit | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<Exit>((resolve) =>
    child.once('close', (code, signal) => {
      ended = { code, signal };
      resolve(ended);
    }),
  );
  const ready = async () => {
    await waitFor(() => ended !== undefined || stdout.includes('"msg":"ready"'), {
      deadlineMs: startMs,
      what: 'the service',
    }).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    const url = /"url":"([^"]+)"/.exec(stdout)?.[1];
    if (url === undefined) throw new Error(`the service ended at its start: ${stdout}${stderr}`);
    return url;
  };
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    ready,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
};

/** A directory that is gone at the end of the calling file. */
export const temporaryDir = (): (() => string) => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockroom-test-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  return () => dir;
};
