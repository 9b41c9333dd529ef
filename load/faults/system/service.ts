import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../src/config/mongod-process.js';
import { waitFor } from '../../../tests/helpers/wait-for.js';
import type { ServiceName } from '../kinds.js';
import type { Herd, Proc } from './herd.js';

/** How long a service may take to come up, whatever it waits for meanwhile. */
const upMsMax = 240_000;
const answerMsMax = 3_000;
const againMs = 300;

export interface ServiceProcess {
  name: ServiceName;
  /** Grows with each start. */
  incarnation: () => number;
  process: () => Proc;
  /** Until it is ready. A start that fails, as one does while the database is away, is repeated, as an orchestrator would. */
  start: () => Promise<void>;
  kill: () => Promise<void>;
  /** How far its wall clock is ahead. */
  setClock: (ms: number) => void;
  /** Ends that nobody has asked for, after it had been ready. */
  crashes: () => readonly string[];
  stop: () => Promise<void>;
}

export interface ServiceDeps {
  herd: Herd;
  name: ServiceName;
  /** The compiled server, and what is loaded before it. */
  program: string;
  preload: string;
  cwd: string;
  /** Asked at each start. */
  env: () => Readonly<Record<string, string>>;
  /** Told where it listens now. */
  onPort: (port: number) => void;
}

const isReady = async (port: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${String(port)}/readyz`, { signal: AbortSignal.timeout(answerMsMax) });
  await answer.arrayBuffer();
  return answer.ok;
};

/** A process of the service, started and ended at will. */
export const createService = (deps: ServiceDeps): ServiceProcess => {
  const { herd, name, program, preload, cwd, env, onPort } = deps;
  const crashes: string[] = [];
  let running: Proc | undefined;
  let incarnation = 0;
  /** The one that may end, as we end it. */
  let doomed: Proc | undefined;

  const launch = async (): Promise<{ proc: Proc; port: number }> => {
    const port = await freePort();
    const base = { PATH: process.env['PATH'], HOME: process.env['HOME'], HOST: '127.0.0.1', PORT: String(port) };
    const proc = herd.launch(name, {
      command: process.execPath,
      args: ['--import', preload, program],
      env: { ...base, ...env() },
      cwd,
      ipc: true,
    });
    running = proc;
    incarnation++;
    return { proc, port };
  };

  const watch = (proc: Proc): void => {
    void proc.exited.then((how) => {
      if (doomed === proc) return;
      crashes.push(`${name} ended by itself (${how})`);
      // As an orchestrator would: the others shall not suffer from it for the rest of the run.
      void start().catch(() => undefined);
    });
  };

  /** @returns whether it is ready; false when it has ended before */
  const tryOnce = async (deadlineMs: number): Promise<boolean> => {
    const { proc, port } = await launch();
    const ready = async (): Promise<'ready' | 'ended' | undefined> => {
      if (!proc.isRunning()) return 'ended';
      return (await isReady(port)) ? 'ready' : undefined;
    };
    const came = await waitFor(ready, { deadlineMs, intervalMs: 50, what: `${name}, ready` });
    if (came === 'ended') return false;
    watch(proc);
    onPort(port);
    return true;
  };

  let isStopped = false;
  const startAgain = async (): Promise<void> => {
    const deadline = performance.now() + upMsMax;
    while (!isStopped && !(await tryOnce(Math.max(1_000, deadline - performance.now())))) {
      if (performance.now() > deadline) throw new Error(`${name} did not come up in ${upMsMax} ms`);
      await sleep(againMs);
    }
  };
  let starting: Promise<void> | undefined;
  const start = (): Promise<void> => (starting ??= startAgain().finally(() => (starting = undefined)));

  const kill = async (): Promise<void> => {
    doomed = running;
    await running?.kill();
  };

  return {
    name,
    incarnation: () => incarnation,
    process: () => {
      if (running === undefined) throw new Error(`${name} was never started`);
      return running;
    },
    start,
    kill,
    setClock: (clockMs) => running?.send({ clockMs }),
    crashes: () => crashes.splice(0),
    stop: async () => {
      isStopped = true;
      await kill();
    },
  };
};
