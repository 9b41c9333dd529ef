import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

export interface MongodOptions {
  binary: string;
  dbPath: string;
  logPath: string;
  port: number;
  /** `undefined`: a lone mongod, which has no transactions. */
  replicaSet: string | undefined;
  /** Whether it gets a session of its own, out of reach of the terminal's Ctrl-C; default true. */
  detached?: boolean;
}

export interface MongodProcess {
  identity: ProcessIdentity;
  port: number;
  /** Settles when the process has ended: its exit code, `null` when a signal ended it or it was never our child. */
  exited: Promise<number | null>;
}

const pollMs = 20;

const argumentsFor = (options: MongodOptions): string[] => {
  const parameters = {
    // A killed process leaves its transaction open and every other writer of those products in conflict until
    // MongoDB ends it: 60 s by default.
    transactionLifetimeLimitSeconds: 3,
    diagnosticDataCollectionEnabled: false,
    // There is no other member to hand over to, so there is nothing to wait for.
    shutdownTimeoutMillisForSignaledShutdown: 100,
  };
  return [
    ...(options.replicaSet === undefined ? [] : ['--replSet', options.replicaSet]),
    ...['--bind_ip', '127.0.0.1', '--port', String(options.port), '--nounixsocket'],
    ...['--dbpath', options.dbPath, '--logpath', options.logPath, '--logappend'],
    ...['--wiredTigerCacheSizeGB', '0.5', '--oplogSize', '1024'],
    ...Object.entries(parameters).flatMap(([key, value]) => ['--setParameter', `${key}=${value}`]),
  ];
};

/**
 * Below those that systems give to connections (Linux: 32768 to 60999). From among them a connection could be given our port while the
 * server is not up; and whoever knocks at it then may be given it himself, is connected to himself, and keeps the server from coming back.
 */
const ports = { from: 20_000, count: 10_000 } as const;
const portTriesMax = 50;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A TCP port of 127.0.0.1 that is free at this moment, for a server that keeps it. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < portTriesMax; tries++) {
    const port = ports.from + Math.floor(Math.random() * ports.count);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port of 127.0.0.1 from ${ports.from} on is free.`);
};

/** Whether somebody accepts connections on 127.0.0.1 at this port. */
export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    // Timers run before I/O: what has arrived while this process was held up is heard first.
    socket.once('timeout', () => setImmediate(() => answer(false)));
  });

/**
 * Starts mongod. In a session of its own a Ctrl-C in the terminal reaches us alone, and the database is stopped in
 * its turn, after the last answer.
 */
export const spawnMongod = async (options: MongodOptions): Promise<MongodProcess> => {
  const child = spawn(options.binary, argumentsFor(options), { detached: options.detached ?? true, stdio: 'ignore' });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  // The last word of a process that leaves without closing: nothing can be awaited there, a signal can be sent.
  const onOurExit = () => child.kill('SIGTERM');
  process.once('exit', onOurExit);
  void exited.then(() => process.off('exit', onOurExit));
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  return { identity: identityOf(pid) ?? { pid, started: '' }, port: options.port, exited };
};

/** Settles when the process, a child or not, has ended. */
export const whenGone = async (identity: ProcessIdentity, intervalMs: number = pollMs): Promise<void> => {
  while (isRunning(identity)) await sleep(intervalMs);
};

/** Waits until `condition` holds. @returns false when `deadlineMs` passed first */
export const within = async (deadlineMs: number, condition: () => boolean | Promise<boolean>): Promise<boolean> => {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
};

/** SIGTERM, and SIGKILL once `graceMs` have passed; returns when the process is gone. */
export const endProcess = async (identity: ProcessIdentity, graceMs: number): Promise<void> => {
  if (!isRunning(identity)) return;
  process.kill(identity.pid, 'SIGTERM');
  if (await within(graceMs, () => !isRunning(identity))) return;
  process.kill(identity.pid, 'SIGKILL');
  await within(graceMs, () => !isRunning(identity));
};
