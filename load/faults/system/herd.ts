import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

export interface Launch {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where it runs, so that nobody's `.env` is read. */
  cwd: string;
  /** Whether it takes messages of ours. */
  ipc?: boolean;
}

/** One run of a program; its output goes to `<name>.log`, after that of earlier runs. */
export interface Proc {
  pid: number;
  isRunning: () => boolean;
  /** To it and to whatever it has started. */
  signal: (name: NodeJS.Signals) => void;
  /** SIGKILL, and waits for the end. */
  kill: () => Promise<void>;
  /** Dropped when it does not listen. */
  send: (message: object) => void;
  /** How it ended. */
  exited: Promise<string>;
}

const signalGroup = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended by itself.
  }
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Every process of a system, each in a group of its own; whichever way this program ends, none is left behind. */
export const createHerd = (logDir: string) => {
  const living = new Set<number>();
  let isClosed = false;
  const killAll = (): void => {
    for (const pid of living) signalGroup(pid, 'SIGKILL');
  };
  process.on('exit', killAll);

  const launch = (name: string, { command, args, env, cwd, ipc = false }: Launch): Proc => {
    // Whoever is just being started again must not outlive the others.
    if (isClosed) throw new Error(`${name} is not started any more`);
    const log = openSync(join(logDir, `${name}.log`), 'a');
    const stdio: ('ignore' | 'ipc' | number)[] = ['ignore', log, log, ...(ipc ? (['ipc'] as const) : [])];
    // A group of its own: a shell in front of the server gets the signals, and so does the server.
    const child = spawn(command, args, { env, cwd, stdio, detached: true });
    closeSync(log);
    const pid = child.pid ?? 0;
    if (pid > 0) living.add(pid);
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        // What a shell in front has left.
        signalGroup(pid, 'SIGKILL');
        living.delete(pid);
        resolve(String(signal ?? code));
      });
    });
    const signal = (wanted: NodeJS.Signals): void => {
      if (!hasEnded(child) && pid > 0) signalGroup(pid, wanted);
    };
    return {
      pid,
      isRunning: () => pid > 0 && !hasEnded(child),
      signal,
      kill: async () => {
        signal('SIGKILL');
        await exited;
      },
      send: (message) => {
        if (child.connected) child.send(message, () => undefined);
      },
      exited,
    };
  };

  return {
    launch,
    /** Ends all that still run; nothing is launched any more. */
    close: (): void => {
      isClosed = true;
      killAll();
      process.off('exit', killAll);
    },
  };
};

export type Herd = ReturnType<typeof createHerd>;
