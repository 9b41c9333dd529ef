import mongoose, { type Connection } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../utils/errors.js';
import { fullJitterMs } from '../utils/retry.js';
import type { Logger } from './logger.js';

export interface MongoOptions {
  uri: string;
  /** Shown by the server beside each connection and operation: says which process an open transaction belongs to. */
  appName: string;
  logger: Pick<Logger, 'warn'>;
  /** How long a database that does not answer is waited for, in milliseconds. */
  patienceMs?: number;
}

export interface Mongo {
  connection: Connection;
  client: mongoose.mongo.MongoClient;
  close: () => Promise<void>;
}

const howToMakeASet =
  'start it with --replSet rs0 (replication.replSetName in mongod.conf), then run once: mongosh --eval "rs.initiate()"';

/** The URI as it may be shown: without a password. */
const shown = (uri: string): string => uri.replace(/\/\/[^@/]*@/, '//***@');

const clientOptions = (appName: string) =>
  ({
    appName,
    w: 'majority',
    journal: true,
    retryWrites: true,
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
  }) as const;

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
const finalFault = (error: unknown, uri: string): StartError | undefined => {
  const { mongo } = mongoose;
  if (error instanceof mongo.MongoParseError || error instanceof TypeError) {
    return new StartError(`MONGO_URI is not valid: ${(error as Error).message}.`, { cause: error });
  }
  if (error instanceof mongo.MongoServerError && (error.code === 18 || error.code === 8000)) {
    return new StartError(`MONGO_URI ${shown(uri)}: the database refuses the user or the password.`, { cause: error });
  }
  if (isUninitiated(error)) {
    return new StartError(
      `MONGO_URI ${shown(uri)} is a replica set that was never initiated; run once: mongosh --eval "rs.initiate()"`,
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
    `MONGO_URI ${shown(uri)} is a standalone MongoDB, which has no transactions. Make it a replica set of one: ${howToMakeASet}`,
  );
};

const attempt = async (uri: string, appName: string): Promise<Connection> => {
  const connection = mongoose.createConnection(uri, clientOptions(appName));
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
export const connectMongo = async ({ uri, appName, logger, patienceMs = 30_000 }: MongoOptions): Promise<Mongo> => {
  const deadline = Date.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    try {
      const connection = await attempt(uri, appName);
      return { connection, client: connection.getClient(), close: () => connection.close() };
    } catch (error) {
      if (error instanceof StartError) throw error;
      const fault = finalFault(error, uri);
      if (fault !== undefined) throw fault;
      const reason = error instanceof Error ? error.message : String(error);
      if (Date.now() >= deadline) {
        throw new StartError(`MONGO_URI ${shown(uri)} cannot be reached after ${patienceMs / 1000} s: ${reason}`, {
          cause: error,
        });
      }
      logger.warn({ reason }, 'MongoDB does not answer yet; trying again');
      await sleep(fullJitterMs(tries, 250, 2_000));
    }
  }
};
