import { StartError } from '../utils/errors.js';
import { lockDataDir } from './data-dir.js';
import { findMongod } from './mongod-binary.js';
import { preparePaths, readRecord, startFailure, writeRecord, type MongodPaths } from './mongod-files.js';
import { adoptMongod } from './mongod-orphan.js';
import { endProcess, freePort, isListening, spawnMongod, within, type MongodProcess } from './mongod-process.js';
import { superviseMongod } from './mongod-supervisor.js';
import { ensurePrimary } from './replica-set.js';

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
const portsMax = 5;

type Launched = { mongod: MongodProcess } | { exitCode: number | null };

const launch = async (binary: string, paths: MongodPaths, port: number): Promise<Launched> => {
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

const start = async (binary: string, paths: MongodPaths, remembered: number | undefined): Promise<MongodProcess> => {
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
    const orphan = record && (await adoptMongod(paths, record, replicaSet));
    const startOwn = async (port: number | undefined) => start(await findMongod(options), paths, port);
    const mongod = orphan ?? (await startOwn(record?.port));
    const supervised = superviseMongod(mongod, startOwn, options.progress);
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
