import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose, { type Connection } from 'mongoose';
import { freePort, isListening } from '../../src/config/mongod-process.js';
import { mongodBinary, startMongod } from './mongo.js';
import { waitFor } from './wait-for.js';

export interface ReplicaPair {
  /** Of the set, with both members in it. */
  uri: (database: string) => string;
  /** Connections to one member alone. */
  toPrimary: (database: string) => Promise<Connection>;
  toSecondary: (database: string) => Promise<Connection>;
  /** From here on the secondary stays as it is, and answers. */
  holdBack: () => Promise<unknown>;
  killSecondary: () => Promise<void>;
  stop: () => Promise<void>;
}

interface SetConfig {
  version: number;
  members: Record<string, unknown>[];
}

const setName = 'tests';

/** A mongod that waits to be taken into the set, and takes the commands by which MongoDB's own tests disturb it. */
const startMember = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'stockroom-mongod-'));
  const port = await freePort();
  const where = ['--bind_ip', '127.0.0.1', '--port', String(port), '--nounixsocket', '--dbpath', dir];
  const child = spawn(
    await mongodBinary(),
    [
      ...where,
      ...['--replSet', setName, '--logpath', join(dir, 'log'), '--wiredTigerCacheSizeGB', '0.5'],
      ...['--setParameter', 'enableTestCommands=1'],
    ],
    { stdio: 'ignore' },
  );
  const onOurExit = () => child.kill('SIGKILL');
  process.once('exit', onOurExit);
  const gone = once(child, 'exit');
  await waitFor(() => isListening(port), { deadlineMs: 120_000, what: 'a second mongod' });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
    process.off('exit', onOurExit);
  };
  return {
    port,
    kill,
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};

/** A replica set of a primary and a secondary that has no vote: writes do not wait for it, whatever is done to it. */
export const startReplicaPair = async (): Promise<ReplicaPair> => {
  const [primary, secondary] = await Promise.all([startMongod(), startMember()]);
  const opened: Connection[] = [];
  const to = (port: number) => async (database: string) => {
    const uri = `mongodb://127.0.0.1:${String(port)}/${database}?directConnection=true&readPreference=secondaryPreferred`;
    const connection = await mongoose.createConnection(uri).asPromise();
    opened.push(connection);
    return connection;
  };
  const [toPrimary, toSecondary] = [to(primary.port), to(secondary.port)];
  const [there, here] = await Promise.all(
    [toPrimary, toSecondary].map(async (open) => (await open('admin')).getClient().db('admin')),
  );
  if (there === undefined || here === undefined) throw new Error('there are two members');

  const { config } = (await there.command({ replSetGetConfig: 1 })) as { config: SetConfig };
  const added = { _id: 1, host: `127.0.0.1:${String(secondary.port)}`, priority: 0, votes: 0 };
  const members = [...config.members, added];
  await there.command({ replSetReconfig: { ...config, version: config.version + 1, members } });
  await waitFor(async () => (await here.command({ hello: 1 }))['secondary'] === true, {
    deadlineMs: 120_000,
    what: 'the secondary',
  });
  return {
    uri: (database) =>
      `mongodb://127.0.0.1:${String(primary.port)},127.0.0.1:${String(secondary.port)}/${database}?replicaSet=${setName}`,
    toPrimary,
    toSecondary,
    holdBack: () => here.command({ configureFailPoint: 'rsSyncApplyStop', mode: 'alwaysOn' }),
    killSecondary: secondary.kill,
    stop: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await Promise.all([primary.stop(), secondary.stop()]);
    },
  };
};
