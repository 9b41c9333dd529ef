import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { freePort, isListening, spawnMongod, type MongodProcess } from '../../src/config/mongod-process.js';
import { isRunning } from '../../src/config/process-identity.js';
import { mongodBinary } from './mongo.js';
import { waitFor } from './wait-for.js';

const name = 'three';
const host = '127.0.0.1';
const startMs = 120_000;

/** What `docs/scale-out.md` recommends: how long a silent primary is waited for before another is elected; MongoDB's own is 10 s. */
const electionTimeoutMillis = 5_000;

interface Member {
  port: number;
  dir: string;
  mongod: MongodProcess;
}

export interface ReplicaSet {
  uri: (database: string) => string;
  /** Ends the primary by SIGKILL. @returns its number, for `restart` */
  killPrimary: () => Promise<number>;
  /** Starts a killed member again on its own data, and waits until it follows the primary. */
  restart: (member: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** What the member at this port answers, whatever its state. */
const ask = async (port: number, command: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const client = new mongoose.mongo.MongoClient(`mongodb://${host}:${port}/`, {
    directConnection: true,
    serverSelectionTimeoutMS: 10_000,
  });
  try {
    return await client.db('admin').command(command);
  } finally {
    await client.close();
  }
};

const launch = async (binary: string, port: number, dir: string): Promise<MongodProcess> => {
  const logPath = join(dir, 'mongod.log');
  const mongod = await spawnMongod({ binary, dbPath: dir, logPath, port, replicaSet: name, detached: false });
  await waitFor(() => isListening(port), { deadlineMs: startMs, what: 'a member of the replica set' });
  return mongod;
};

const kill = async ({ mongod: { identity } }: Member): Promise<void> => {
  if (isRunning(identity)) process.kill(identity.pid, 'SIGKILL');
  await waitFor(() => !isRunning(identity), { what: 'the end of a member' });
};

const initiate = async (ports: readonly number[]): Promise<void> => {
  const [first = 0] = ports;
  const members = ports.map((port, _id) => ({ _id, host: `${host}:${port}` }));
  await ask(first, { replSetInitiate: { _id: name, members, settings: { electionTimeoutMillis } } });
  // A new set waits out the election time-out as well, unless somebody asks.
  await waitFor(() => ask(first, { replSetStepUp: 1 }), { deadlineMs: startMs, intervalMs: 200, what: 'a primary' });
  for (const port of ports) {
    const joined = async () => {
      const { isWritablePrimary, secondary } = await ask(port, { hello: 1 });
      return isWritablePrimary === true || secondary === true;
    };
    await waitFor(joined, { deadlineMs: startMs, intervalMs: 200, what: 'all members of the set' });
  }
};

/** Three members that can each be primary, to be killed at will. */
export const startReplicaSet = async (): Promise<ReplicaSet> => {
  const binary = await mongodBinary();
  const members: Member[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(members.map(kill));
    await Promise.all(members.map(({ dir }) => rm(dir, { recursive: true, force: true, maxRetries: 3 })));
  };
  for (let count = 0; count < 3; count++) {
    const dir = await mkdtemp(join(tmpdir(), 'stockroom-member-'));
    const port = await freePort();
    members.push({ port, dir, mongod: await launch(binary, port, dir) });
  }
  const ports = members.map(({ port }) => port);
  await initiate(ports).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const stateOf = async ({ port }: Member) => ask(port, { hello: 1 });
  return {
    uri: (database) => `mongodb://${ports.map((port) => `${host}:${port}`).join(',')}/${database}?replicaSet=${name}`,
    killPrimary: () =>
      waitFor(
        async () => {
          for (const [number, member] of members.entries()) {
            if (!isRunning(member.mongod.identity)) continue;
            const { isWritablePrimary } = await stateOf(member);
            if (isWritablePrimary !== true) continue;
            await kill(member);
            return { number };
          }
          return undefined;
        },
        { deadlineMs: startMs, what: 'a primary to kill' },
      ).then(({ number }) => number),
    restart: async (number) => {
      const member = members[number];
      if (member === undefined) throw new Error(`there is no member ${number}`);
      member.mongod = await launch(binary, member.port, member.dir);
      await waitFor(async () => (await stateOf(member))['secondary'] === true, {
        deadlineMs: startMs,
        intervalMs: 200,
        what: 'a restarted member that follows',
      });
    },
    stop,
  };
};
