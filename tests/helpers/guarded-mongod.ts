import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { freePort, isListening } from '../../src/config/mongod-process.js';
import { mongodBinary } from './mongo.js';
import { waitFor } from './wait-for.js';

export interface GuardedMongod {
  /** For a user who may read and write this one database, and nothing else. */
  uri: string;
  /** Runs a command on `admin` as somebody who may do everything. */
  asRoot: (command: Record<string, unknown>) => Promise<unknown>;
  stop: () => Promise<void>;
}

const host = '127.0.0.1';
const database = 'guarded';

/** The first user of all may be made without signing in, from the same machine, once there is a primary. */
const makeUsers = async (port: number): Promise<void> => {
  const nobody = await mongoose.createConnection(`mongodb://${host}:${port}/admin?directConnection=true`).asPromise();
  try {
    const admin = nobody.getClient().db('admin');
    const members = [{ _id: 0, host: `${host}:${port}` }];
    await admin.command({ replSetInitiate: { _id: 'guarded', members } });
    await waitFor(() => admin.command({ createUser: 'root', pwd: 'root', roles: ['root'] }), { deadlineMs: 60_000 });
  } finally {
    await nobody.close();
  }
};

/** A mongod that asks for a password, as those of production do, with a user of no more rights than the service needs. */
export const startGuardedMongod = async (): Promise<GuardedMongod> => {
  const dir = await mkdtemp(join(tmpdir(), 'stockroom-mongod-'));
  const port = await freePort();
  const keyFile = join(dir, 'key');
  await writeFile(keyFile, randomBytes(48).toString('base64'), { mode: 0o600 });
  const child = spawn(
    await mongodBinary(),
    [
      ...['--replSet', 'guarded', '--keyFile', keyFile, '--bind_ip', host, '--port', String(port), '--nounixsocket'],
      ...['--dbpath', dir, '--logpath', join(dir, 'log'), '--wiredTigerCacheSizeGB', '0.5'],
    ],
    { stdio: 'ignore' },
  );
  const onOurExit = () => child.kill('SIGKILL');
  process.once('exit', onOurExit);
  await waitFor(() => isListening(port), { deadlineMs: 120_000, what: 'a mongod with sign-in' });
  await makeUsers(port);
  const root = await mongoose
    .createConnection(`mongodb://root:root@${host}:${port}/admin?directConnection=true`)
    .asPromise();
  const client = root.getClient();
  const roles = [{ role: 'readWrite', db: database }];
  await client.db(database).command({ createUser: 'shop', pwd: 'shop', roles });
  return {
    uri: `mongodb://shop:shop@${host}:${port}/${database}?directConnection=true`,
    asRoot: (command) => client.db('admin').command(command),
    stop: async () => {
      await root.close();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      process.off('exit', onOurExit);
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};
