import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type mongoose from 'mongoose';
import { loadEnv } from '../../src/config/env.js';
import { findMongod } from '../../src/config/mongod-binary.js';
import { freePort, isListening, spawnMongod, type MongodProcess } from '../../src/config/mongod-process.js';
import { connectMongo } from '../../src/config/mongo.js';
import { cacheDirOf } from '../../src/config/cache-dir.js';
import { isRunning } from '../../src/config/process-identity.js';
import { ensurePrimary } from '../../src/config/replica-set.js';
import { newId } from '../../src/utils/uuid.js';
import { describeWith } from './needs.js';
import { waitFor } from './wait-for.js';

const replicaSet = 'tests';
const startMs = 120_000;

/** The URI of the run's shared mongod, without a database; set by the global set-up. */
export const sharedUriKey = 'TEST_MONGO_URI';
/** Why there is none. */
export const missingKey = 'TEST_MONGO_MISSING';

/** `describe` for tests on a real MongoDB: skipped, and said loudly, where none can be had. */
export const describeMongo = describeWith('MongoDB', process.env[missingKey]);

/** The binary that the embedded default would run, fetched if need be. */
export const mongodBinary = (): Promise<string> => {
  const env = loadEnv(process.env);
  return findMongod({
    binary: env.MONGOD_BINARY,
    cacheDir: cacheDirOf(env),
    progress: (line) => process.stderr.write(`${line}\n`),
  });
};

export interface TestMongod {
  uri: (database: string) => string;
  port: number;
  pid: number;
  kill: () => Promise<void>;
  /** SIGSTOP: connections stay open and nothing is answered. */
  freeze: () => void;
  thaw: () => void;
  /** Starts it again on the same data and port, after `kill`. */
  restart: () => Promise<void>;
  /** Ends it and removes its data. */
  stop: () => Promise<void>;
}

export interface TestMongodOptions {
  /** `false`: a lone mongod, which has no transactions. */
  replicaSet?: boolean;
  /** `false`: started as a member of a set that nobody has initiated. */
  initiate?: boolean;
}

/** A mongod for one test alone, a replica set of one, to be killed and frozen at will. */
export const startMongod = async (options: TestMongodOptions = {}): Promise<TestMongod> => {
  const binary = await mongodBinary();
  const dir = await mkdtemp(join(tmpdir(), 'stockroom-mongod-'));
  const port = await freePort();
  const asSet = options.replicaSet ?? true;
  const launch = async (): Promise<MongodProcess> => {
    const mongod = await spawnMongod({
      binary,
      dbPath: dir,
      logPath: join(dir, 'mongod.log'),
      port,
      replicaSet: asSet ? replicaSet : undefined,
      // Out of the terminal's reach nobody would end it when a run is broken off.
      detached: false,
    });
    await waitFor(() => isListening(port), { deadlineMs: startMs, what: 'a mongod of the tests' });
    if (asSet && options.initiate !== false)
      await waitFor(() => ensurePrimary(port, replicaSet, 30_000), { deadlineMs: startMs, what: 'a primary' });
    return mongod;
  };
  let current = await launch();
  const signal = (name: NodeJS.Signals) => {
    if (isRunning(current.identity)) process.kill(current.identity.pid, name);
  };
  const kill = async () => {
    signal('SIGKILL');
    // The child alone does not hold the loop open, and a run that ends while it waits ends with code 0.
    await waitFor(() => !isRunning(current.identity), { what: 'the end of a mongod of the tests' });
  };
  return {
    uri: (database) => `mongodb://127.0.0.1:${port}/${database}${asSet ? `?replicaSet=${replicaSet}` : ''}`,
    port,
    get pid() {
      return current.identity.pid;
    },
    kill,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    restart: async () => {
      current = await launch();
    },
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};

export interface FreshDatabase {
  uri: string;
  name: string;
  /** A connection with the service's own options; closed at the end of the file. */
  connect: () => Promise<mongoose.Connection>;
}

/**
 * A database of its own for the calling file (or `describe`) on the run's shared mongod, dropped at its end.
 * Call it while tests are being defined, inside `describeMongo`.
 */
export const freshDatabase = (): FreshDatabase => {
  const name = `t_${newId().replaceAll('-', '')}`;
  const shared = process.env[sharedUriKey] ?? 'mongodb://127.0.0.1:1/?replicaSet=none';
  const uri = shared.replace('/?', `/${name}?`);
  const opened: mongoose.Connection[] = [];
  const connect = async () => {
    const { connection } = await connectMongo({ uri, appName: 'tests', logger: { warn: () => undefined } });
    opened.push(connection);
    return connection;
  };
  afterAll(async () => {
    const connection = opened[0] ?? (await connect());
    // It goes with its mongod at the end of the run at the latest: one that is too busy to drop it now is no failure.
    await connection.dropDatabase().catch(() => undefined);
    await Promise.all(opened.map((each) => each.close()));
  });
  return { uri, name, connect };
};
