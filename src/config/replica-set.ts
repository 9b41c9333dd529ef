import mongoose from 'mongoose';
import { within } from './mongod-process.js';

type Admin = ReturnType<mongoose.mongo.Db['admin']>;

interface Hello {
  setName?: string;
  isWritablePrimary?: boolean;
}

/** Talks to the mongod at this port of 127.0.0.1 alone, whatever its replica set's state. */
const withAdmin = async <T>(port: number, task: (admin: Admin) => Promise<T>): Promise<T> => {
  const client = new mongoose.mongo.MongoClient(`mongodb://127.0.0.1:${port}/`, {
    directConnection: true,
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    socketTimeoutMS: 5_000,
  });
  try {
    return await task(client.db('admin').admin());
  } finally {
    await client.close();
  }
};

const hello = async (admin: Admin): Promise<Hello> => await admin.command({ hello: 1 });

/** The one-member configuration: initiated on an empty directory, mended when the port has changed since. */
const configure = async (admin: Admin, name: string, host: string): Promise<void> => {
  try {
    await admin.command({ replSetInitiate: { _id: name, members: [{ _id: 0, host }] } });
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoServerError) || error.codeName !== 'AlreadyInitialized') throw error;
    const { config } = (await admin.command({ replSetGetConfig: 1 })) as {
      config: { version: number; members: Record<string, unknown>[] };
    };
    const mended = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
    // Forced: a member that does not find itself in the configuration has no primary that it could ask.
    await admin.command({ replSetReconfig: mended, force: true });
  }
};

/**
 * Makes the mongod at this port a replica set of one, if it is none yet, and waits until it takes writes.
 * @returns false when it did not within `deadlineMs`
 */
export const ensurePrimary = (port: number, name: string, deadlineMs: number): Promise<boolean> =>
  withAdmin(port, async (admin) => {
    const { setName } = await hello(admin);
    if (setName === undefined) await configure(admin, name, `127.0.0.1:${port}`);
    return within(deadlineMs, async () => (await hello(admin)).isWritablePrimary === true);
  });

/** Whose data the mongod at this port serves, and under which pid; `undefined` when nobody answers as mongod. */
export const askMongod = (port: number): Promise<{ pid: number; dbPath: string; replicaSet: string } | undefined> =>
  withAdmin(port, async (admin) => {
    const { parsed } = (await admin.command({ getCmdLineOpts: 1 })) as {
      parsed: { storage?: { dbPath?: string }; replication?: { replSet?: string } };
    };
    const { pid } = (await admin.command({ serverStatus: 1, repl: 0, metrics: 0, wiredTiger: 0 })) as { pid: unknown };
    return {
      pid: Number(pid),
      dbPath: parsed.storage?.dbPath ?? '',
      replicaSet: parsed.replication?.replSet ?? '',
    };
  }).catch(() => undefined);
