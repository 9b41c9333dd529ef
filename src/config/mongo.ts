import mongoose, { type Connection } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../utils/errors.js';
import { redactUrls } from '../utils/redact.js';
import { fullJitterMs } from '../utils/retry.js';
import type { Logger } from './logger.js';
import { watchPool, type PoolListener } from './mongo-pool.js';
import { releaseWriters } from './mongo-writers.js';

export interface MongoOptions {
  uri: string;
  /** The database to use where the URI names none; `stockroom`. */
  database?: string;
  /** Shown by the server beside each connection and operation: says which process an open transaction belongs to. */
  appName: string;
  logger: Pick<Logger, 'warn'>;
  /** How long a database that does not answer is waited for, in milliseconds. */
  patienceMs?: number;
}

export interface Mongo {
  connection: Connection;
  client: mongoose.mongo.MongoClient;
  /** Told of each command that has been answered, or has not. */
  onCommand: (listener: (name: string, outcome: 'succeeded' | 'failed', durationMs: number) => void) => void;
  /** Told of what happens to the connections. */
  onPool: (listener: PoolListener) => void;
  close: () => Promise<void>;
}

const howToMakeASet =
  'start it with --replSet rs0 (replication.replSetName in mongod.conf), then run once: mongosh --eval "rs.initiate()"';

/** How every connection of the service speaks to MongoDB. */
export const clientOptions = (appName: string) => {
  releaseWriters();
  return {
    appName,
    w: 'majority',
    journal: true,
    retryWrites: true,
    // An event for each command and reply, at a few microseconds; a batch of hundreds of purchases has six commands.
    monitorCommands: true,
    socketTimeoutMS: 5_000,
    serverSelectionTimeoutMS: 2_000,
    waitQueueTimeoutMS: 1_000,
    // A server that is silent for the sum of these two gives up all its connections at once. By the defaults of 10 s and 30 s
    // each connection that a lost cable has left half-open would be found out by itself, 5 s each.
    heartbeatFrequencyMS: 1_000,
    connectTimeoutMS: 2_000,
    // Indexes are built in a step of their own, before the service says that it is ready.
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    // A filter made from input can then hold values only, never operators.
    sanitizeFilter: true,
  } as const;
};

/**
 * Mongoose and the driver each have a class for this error; both carry what was seen of the servers, in a class that the driver
 * keeps to itself.
 */
const isUninitiated = (error: unknown): boolean => {
  const seen = error instanceof Error && 'reason' in error ? error.reason : undefined;
  if (typeof seen !== 'object' || seen === null || !('servers' in seen) || !(seen.servers instanceof Map)) return false;
  return [...(seen.servers as Map<string, { type: string }>).values()].some((server) => server.type === 'RSGhost');
};

/** The fault of an attempt that no waiting mends, as the line to stop with. */
export const finalFault = (error: unknown, uri: string, setting = 'MONGO_URI'): StartError | undefined => {
  const { mongo } = mongoose;
  // The driver's parser of URIs is a package of its own, with a class of this name of its own.
  if (error instanceof TypeError || (error instanceof Error && error.name === mongo.MongoParseError.name)) {
    return new StartError(`${setting} is not valid: ${redactUrls(error.message)}.`, { cause: error });
  }
  if (error instanceof mongo.MongoServerError && (error.code === 18 || error.code === 8000)) {
    return new StartError(`${setting} ${redactUrls(uri)}: the database refuses the user or the password.`, {
      cause: error,
    });
  }
  if (isUninitiated(error)) {
    return new StartError(
      `${setting} ${redactUrls(uri)} is a replica set that was never initiated; run once: mongosh --eval "rs.initiate()"`,
      { cause: error },
    );
  }
  return undefined;
};

/** Transactions need a replica set or a cluster of them: a lone mongod takes every write and no transaction. */
const refuseStandalone = async (client: mongoose.mongo.MongoClient, uri: string): Promise<void> => {
  const hello = await client.db('admin').command({ hello: 1 });
  if (hello['setName'] !== undefined || hello['msg'] === 'isdbgrid') return;
  throw new StartError(
    `MONGO_URI ${redactUrls(uri)} is a standalone MongoDB, which has no transactions. Make it a replica set of one: ${howToMakeASet}`,
  );
};

/** Whether the URI names a database: it stands behind the hosts, before the options. */
const namesDatabase = (uri: string): boolean => /^[^/]+:\/\/[^/?]+\/[^?]/.test(uri);

/** The driver looks for the user in the database that it is given, unless it is told otherwise; by the URI alone it would look in `admin`. */
export const databaseOptions = (uri: string, dbName: string) => {
  if (namesDatabase(uri)) return {};
  const signsIn = uri.includes('@') && !/[?&]auth(Source|Mechanism)=/i.test(uri);
  return signsIn ? { dbName, authSource: 'admin' } : { dbName };
};

const attempt = async ({ uri, appName, database = 'stockroom' }: MongoOptions): Promise<Connection> => {
  const connection = mongoose.createConnection(uri, { ...clientOptions(appName), ...databaseOptions(uri, database) });
  try {
    await connection.asPromise();
    await refuseStandalone(connection.getClient(), uri);
    return connection;
  } catch (error) {
    await connection.close(true).catch(() => undefined);
    throw error;
  }
};

/**
 * Connects to MongoDB and makes sure that it can do transactions. A database that is not there yet is waited for,
 * since services and databases are often started together.
 * @throws StartError one line of what is wrong and how to mend it
 */
export const connectMongo = async (options: MongoOptions): Promise<Mongo> => {
  const { uri, logger, patienceMs = 30_000 } = options;
  const deadline = Date.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    try {
      const connection = await attempt(options);
      const client = connection.getClient();
      const onCommand: Mongo['onCommand'] = (listener) => {
        client.on('commandSucceeded', ({ commandName, duration }) => listener(commandName, 'succeeded', duration));
        client.on('commandFailed', ({ commandName, duration }) => listener(commandName, 'failed', duration));
      };
      const onPool: Mongo['onPool'] = (listener) => watchPool(client, listener);
      return { connection, client, onCommand, onPool, close: () => connection.close() };
    } catch (error) {
      if (error instanceof StartError) throw error;
      const fault = finalFault(error, uri);
      if (fault !== undefined) throw fault;
      const reason = error instanceof Error ? error.message : String(error);
      if (Date.now() >= deadline) {
        throw new StartError(`MONGO_URI ${redactUrls(uri)} cannot be reached after ${patienceMs / 1000} s: ${reason}`, {
          cause: error,
        });
      }
      logger.warn({ reason }, 'MongoDB does not answer yet; trying again');
      await sleep(fullJitterMs(tries, 250, 2_000));
    }
  }
};
