import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { freePort } from './free-port.js';
import { startProcess, untilReady, type ServerProcess } from './child.js';

export interface BenchMongod {
  /** The replica set's URI for a database. */
  uri: (database: string) => string;
  client: mongo.MongoClient;
  process: ServerProcess;
  version: string;
}

/** Every write is majority and journaled, as the service's own mongod is run; rivals get the same. */
const argsFor = (port: number, dbPath: string): string[] => [
  ...['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', dbPath, '--replSet', 'rs0', '--quiet'],
  ...['--wiredTigerCacheSizeGB', '1', '--oplogSize', '1024', '--setParameter', 'transactionLifetimeLimitSeconds=3'],
];

const connectDirectly = async (port: number): Promise<mongo.MongoClient | null> => {
  const uri = `mongodb://127.0.0.1:${String(port)}/?directConnection=true`;
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 500 });
  try {
    return await client.connect();
  } catch {
    await client.close();
    return null;
  }
};

/** A one-node replica set of the bench's own on a free port, its data below `directory`. */
export const startMongod = async (binary: string, directory: string): Promise<BenchMongod> => {
  const port = await freePort();
  const dbPath = join(directory, 'mongo');
  mkdirSync(dbPath, { recursive: true });
  const server = startProcess({
    command: binary,
    args: argsFor(port, dbPath),
    env: process.env,
    logFile: join(directory, 'mongod.log'),
  });
  const client = await untilReady('mongod', server, () => connectDirectly(port));
  const admin = client.db('admin');
  const host = `127.0.0.1:${String(port)}`;
  await admin.command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
  await untilReady('mongod', server, async () => {
    const hello = await admin.command({ hello: 1 });
    return hello['isWritablePrimary'] === true ? true : null;
  });
  const { version } = (await admin.command({ buildInfo: 1 })) as unknown as { version: string };
  return { uri: (database) => `mongodb://${host}/${database}?replicaSet=rs0`, client, process: server, version };
};
