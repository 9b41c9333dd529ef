import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { freePort } from '../../../src/config/mongod-process.js';
import { startTcpProxy, type TcpProxy } from '../../../tests/helpers/tcp-proxy.js';
import { waitFor } from '../../../tests/helpers/wait-for.js';
import type { Herd, Proc } from './herd.js';

const setName = 'faults';
const host = '127.0.0.1';
const upMsMax = 180_000;
/** Short, so that a run sees the new primary at work; MongoDB's own is 10 s. */
const electionTimeoutMillis = 2_000;

/** One mongod behind its proxy; the set and everybody else know it by the proxy's port. */
export interface Member {
  name: string;
  proxy: TcpProxy;
  /** Runs a command on `admin` of this member, past the proxy. */
  ask: (command: Record<string, unknown>) => Promise<Record<string, unknown>>;
  process: () => Proc;
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

export interface MongoSet {
  uri: (database: string) => string;
  members: readonly Member[];
  /** Whoever is that now; undefined while nobody is. */
  memberIn: (role: 'primary' | 'secondary') => Promise<Member | undefined>;
  /** Waits until every member runs and one of them takes writes. */
  whole: () => Promise<void>;
  stop: () => Promise<void>;
}

const argsOf = (port: number, dbPath: string): string[] => [
  ...['--replSet', setName, '--bind_ip', host, '--port', String(port), '--nounixsocket', '--dbpath', dbPath],
  ...['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '512', '--quiet'],
  ...['--setParameter', 'transactionLifetimeLimitSeconds=3'],
  ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
  // For `configureFailPoint`, by which a full disk is simulated.
  ...['--setParameter', 'enableTestCommands=1'],
];

/** A client that has failed to connect once stays closed, so each try has its own. */
const connectTo = async (port: number): Promise<mongo.MongoClient> => {
  const client = new mongo.MongoClient(`mongodb://${host}:${String(port)}/?directConnection=true`, {
    serverSelectionTimeoutMS: 3_000,
    connectTimeoutMS: 3_000,
    socketTimeoutMS: 10_000,
  });
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
};

const createMember = async (name: string, deps: MongoSetDeps): Promise<Member> => {
  const dbPath = join(deps.dir, name);
  mkdirSync(dbPath, { recursive: true });
  const proxy = await startTcpProxy(await freePort());
  let running: Proc | undefined;
  let client: mongo.MongoClient | undefined;
  const ask = async (command: Record<string, unknown>): Promise<Record<string, unknown>> => {
    if (client === undefined) throw new Error(`${name} does not run`);
    return client.db('admin').command(command);
  };
  const start = async (): Promise<void> => {
    const port = await freePort();
    await client?.close().catch(() => undefined);
    running = deps.herd.launch(name, {
      ...{ command: deps.binary, args: argsOf(port, dbPath), env: process.env, cwd: deps.dir },
    });
    client = await waitFor(() => connectTo(port), { deadlineMs: upMsMax, intervalMs: 50, what: `${name} of the set` });
    proxy.aim(port);
  };
  return {
    name,
    proxy,
    ask,
    process: () => {
      if (running === undefined) throw new Error(`${name} was never started`);
      return running;
    },
    start,
    stop: async () => {
      await client?.close().catch(() => undefined);
      await running?.kill();
      await proxy.stop();
    },
  };
};

const initiate = async (members: readonly Member[]): Promise<void> => {
  const [first] = members;
  if (first === undefined) throw new Error('a set has members');
  const config = {
    _id: setName,
    members: members.map(({ proxy }, _id) => ({ _id, host: `${host}:${String(proxy.port)}` })),
    settings: { electionTimeoutMillis, heartbeatIntervalMillis: 500 },
  };
  await first.ask({ replSetInitiate: config });
};

export interface MongoSetDeps {
  herd: Herd;
  binary: string;
  dir: string;
  members: 1 | 3;
}

/** A replica set of one or three mongods on directories of its own. */
export const startMongoSet = async (deps: MongoSetDeps): Promise<MongoSet> => {
  const members = await Promise.all(
    Array.from({ length: deps.members }, (_each, index) => createMember(`mongod${String(index + 1)}`, deps)),
  );
  await Promise.all(members.map((member) => member.start()));
  await initiate(members);
  const isIn = async (member: Member, role: 'primary' | 'secondary'): Promise<boolean> => {
    const hello = await member.ask({ hello: 1 }).catch((): Record<string, unknown> => ({}));
    return hello[role === 'primary' ? 'isWritablePrimary' : 'secondary'] === true;
  };
  const memberIn = async (role: 'primary' | 'secondary'): Promise<Member | undefined> => {
    for (const member of members) if (await isIn(member, role)) return member;
    return undefined;
  };
  const isWhole = async (): Promise<boolean> => {
    const primaries = await Promise.all(members.map((member) => isIn(member, 'primary')));
    const secondaries = await Promise.all(members.map((member) => isIn(member, 'secondary')));
    const count = (yes: readonly boolean[]): number => yes.filter(Boolean).length;
    return count(primaries) === 1 && count(primaries) + count(secondaries) === members.length;
  };
  const whole = async (): Promise<void> => {
    await waitFor(isWhole, { deadlineMs: upMsMax, intervalMs: 100, what: 'a whole replica set' });
  };
  await whole();
  return {
    uri: (database) =>
      `mongodb://${members.map(({ proxy }) => `${host}:${String(proxy.port)}`).join(',')}/${database}?replicaSet=${setName}`,
    members,
    memberIn,
    whole,
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
};
