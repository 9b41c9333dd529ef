import { mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { StartError } from '../utils/errors.js';
import { ensureDataDir, lockDataDir } from './data-dir.js';
import { findMongod } from './mongod-binary.js';
import {
  endProcess,
  freePort,
  isListening,
  spawnMongod,
  whenGone,
  within,
  type MongodProcess,
} from './mongod-process.js';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';
import { askMongod, ensurePrimary } from './replica-set.js';

export interface EmbeddedMongoOptions {
  dataDir: string;
  /** MONGOD_BINARY */
  binary: string | undefined;
  cacheDir: string;
  /** For people: what is being done, a line at a time. */
  progress: (line: string) => void;
}

export interface EmbeddedMongo {
  uri: string;
  /** Of the process that was started or found first. */
  pid: number;
  /** Whether it was found running, left behind by a process that was killed. */
  adopted: boolean;
  /** Stops it and gives the directory back. A second call waits for the first. */
  close: () => Promise<void>;
}

const replicaSet = 'stockroom';
const startMs = 60_000;
const stopMs = 15_000;
const logBytesMax = 10_000_000;
const portsMax = 5;
const restartsMax = 20;
const restartPauseMs = 200;

const recordSchema = z.object({ port: z.number(), pid: z.number(), started: z.string() });
type Record = z.infer<typeof recordSchema>;

interface Paths {
  dir: string;
  db: string;
  log: string;
  record: string;
}

const preparePaths = async (dataDir: string): Promise<Paths> => {
  await ensureDataDir(resolve(dataDir));
  // mongod tells its path as the system knows it, so links are resolved before the two are compared.
  const dir = await realpath(resolve(dataDir));
  const paths = { dir, db: join(dir, 'db'), log: join(dir, 'mongod.log'), record: join(dir, 'mongod.json') };
  await mkdir(paths.db, { recursive: true, mode: 0o700 });
  const log = await stat(paths.log).catch(() => undefined);
  if (log !== undefined && log.size > logBytesMax) await rename(paths.log, `${paths.log}.1`);
  return paths;
};

const readRecord = async (file: string): Promise<Record | undefined> => {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
};

const writeRecord = async (file: string, mongod: MongodProcess): Promise<void> => {
  const draft = `${file}.new`;
  await writeFile(draft, JSON.stringify({ port: mongod.port, ...mongod.identity }), { mode: 0o600 });
  await rename(draft, file);
};

/** The mongod that a killed process left behind in this directory, if there is one. */
const adopt = async (paths: Paths, record: Record): Promise<MongodProcess | undefined> => {
  // It may be on its way up or down: then it is waited for, since a second one cannot start beside it.
  const answers = await within(startMs / 2, async () => !isRunning(record) || (await isListening(record.port)));
  if (!answers) {
    throw new StartError(
      `The mongod of an earlier start (process ${record.pid}) holds ${paths.db} and does not answer. End it with: kill -9 ${record.pid}`,
    );
  }
  const found = (await isListening(record.port)) ? await askMongod(record.port) : undefined;
  if (found?.dbPath !== paths.db || found.replicaSet !== replicaSet) return undefined;
  const identity = identityOf(found.pid);
  if (identity === undefined) return undefined;
  if (await ensurePrimary(record.port, replicaSet, startMs).catch(() => false)) return ofAnother(identity, record.port);
  // It was on its way down.
  await endProcess(identity, stopMs);
  return undefined;
};

/** Not our child: its end is seen by looking. */
const ofAnother = (identity: ProcessIdentity, port: number): MongodProcess => {
  const onOurExit = () => isRunning(identity) && process.kill(identity.pid, 'SIGTERM');
  process.once('exit', onOurExit);
  const exited = whenGone(identity, 500).then(() => {
    process.off('exit', onOurExit);
    return null;
  });
  return { identity, port, exited };
};

/** Why mongod ended at its start, as one line. Exit codes: https://www.mongodb.com/docs/manual/reference/exit-codes/ */
const startFailure = async (paths: Paths, code: number | null): Promise<StartError> => {
  const tail = (await readFile(paths.log, 'utf8').catch(() => '')).slice(-20_000);
  if (tail.includes('DBPathInUse')) {
    const pid = (await readFile(join(paths.db, 'mongod.lock'), 'utf8').catch(() => '')).trim();
    return new StartError(
      `Another mongod (process ${pid || 'unknown'}) serves ${paths.db}. Stop it${pid && ` with: kill ${pid}`}, or set another DATA_DIR.`,
    );
  }
  if (code === 62 || tail.includes('featureCompatibilityVersion')) {
    return new StartError(
      `${paths.db} was written by another version of MongoDB. Set MONGOD_BINARY to that version, or start with another DATA_DIR.`,
    );
  }
  return new StartError(`mongod ended at its start (exit code ${code ?? 'none'}); ${paths.log} says why.`);
};

type Launched = { mongod: MongodProcess } | { exitCode: number | null };

const launch = async (binary: string, paths: Paths, port: number): Promise<Launched> => {
  const mongod = await spawnMongod({ binary, dbPath: paths.db, logPath: paths.log, port, replicaSet });
  await writeRecord(paths.record, mongod);
  let ended: { exitCode: number | null } | undefined;
  void mongod.exited.then((exitCode) => (ended = { exitCode }));
  const up = await within(startMs, async () => ended !== undefined || (await isListening(port)));
  // A listener that is not ours, with our own mongod gone, is somebody else on that port.
  if (ended !== undefined) return ended;
  if (!up || !(await ensurePrimary(port, replicaSet, startMs))) {
    await endProcess(mongod.identity, stopMs);
    throw new StartError(`mongod is not ready after ${startMs / 1000} s; ${paths.log} says why.`);
  }
  return { mongod };
};

const start = async (binary: string, paths: Paths, remembered: number | undefined): Promise<MongodProcess> => {
  let exitCode: number | null = null;
  for (let attempt = 0; attempt < portsMax; attempt++) {
    const keep = attempt === 0 && remembered !== undefined && !(await isListening(remembered));
    const launched = await launch(binary, paths, keep ? remembered : await freePort());
    if ('mongod' in launched) return launched.mongod;
    exitCode = launched.exitCode;
    // 48: somebody took the port meanwhile. Anything else does not get better with another port.
    if (exitCode !== 48) break;
  }
  throw await startFailure(paths, exitCode);
};

/** Starts it again each time that it ends on its own: the service around it lives on, and its requests wait. */
const supervise = (
  first: MongodProcess,
  restart: (port: number) => Promise<MongodProcess>,
  say: (line: string) => void,
) => {
  let current = first;
  let stopping = false;
  const watch = async (): Promise<void> => {
    for (let restarts = 0; restarts < restartsMax; restarts++) {
      const code = await current.exited;
      if (stopping) return;
      say(`mongod has ended on its own (exit code ${code ?? 'none'}); starting it again`);
      await sleep(restartPauseMs);
      current = await restart(current.port);
    }
  };
  const watching = watch().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  return {
    stop: async () => {
      stopping = true;
      await endProcess(current.identity, stopMs);
      await watching;
      await endProcess(current.identity, stopMs);
    },
  };
};

/**
 * A real MongoDB, a replica set of one, in a directory that one process at a time may serve; its data stay when
 * it stops. One that a killed process left running is taken over, if it serves this very directory.
 * @throws StartError when the directory is in use, or there is no mongod, or it does not start
 */
export const startEmbeddedMongo = async (options: EmbeddedMongoOptions): Promise<EmbeddedMongo> => {
  const paths = await preparePaths(options.dataDir);
  const lock = await lockDataDir(paths.dir);
  try {
    const record = await readRecord(paths.record);
    const orphan = record && (await adopt(paths, record));
    const startOwn = async (port: number | undefined) => start(await findMongod(options), paths, port);
    const mongod = orphan ?? (await startOwn(record?.port));
    const supervised = supervise(mongod, startOwn, options.progress);
    let closing: Promise<void> | undefined;
    return {
      uri: `mongodb://127.0.0.1:${mongod.port}/stockroom?replicaSet=${replicaSet}`,
      pid: mongod.identity.pid,
      adopted: orphan !== undefined,
      close: () => (closing ??= supervised.stop().finally(lock.release)),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
};
