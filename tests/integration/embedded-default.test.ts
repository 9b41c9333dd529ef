import { jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { identityOf } from '../../src/config/process-identity.js';
import { describeMongo, startMongod } from '../helpers/mongo.js';
import { spawnService, temporaryDir, type Service } from '../helpers/service.js';
import { waitFor } from '../helpers/wait-for.js';

// Each start compiles the sources anew, and a busy machine is slow at that.
jest.setTimeout(300_000);

const recordOf = async (dataDir: string) =>
  JSON.parse(await readFile(join(dataDir, 'mongod.json'), 'utf8')) as { port: number; pid: number };

const withDatabase = async <T>(dataDir: string, task: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> => {
  const { port } = await recordOf(dataDir);
  const client = new mongoose.mongo.MongoClient(`mongodb://127.0.0.1:${port}/?replicaSet=stockroom`);
  try {
    return await task(client.db('stockroom'));
  } finally {
    await client.close();
  }
};

const leaveMark = (dataDir: string) =>
  withDatabase(dataDir, (db) => db.collection('marks').insertOne({ here: true }, { writeConcern: { w: 'majority' } }));
const countMarks = (dataDir: string) => withDatabase(dataDir, (db) => db.collection('marks').countDocuments());
const isAlive = (pid: number) => identityOf(pid) !== undefined;

describeMongo('the embedded default', () => {
  const root = temporaryDir();
  const started: Service[] = [];
  const start = (name: string, settings: Record<string, string> = {}) => {
    const dataDir = join(root(), name);
    // However long its stop takes on a busy machine, it is one in order.
    const service = spawnService({ DATA_DIR: dataDir, SHUTDOWN_GRACE_MS: '60000', ...settings });
    started.push(service);
    return { service, dataDir };
  };

  afterEach(async () => {
    await Promise.all(started.splice(0).map((service) => service.stop()));
  });

  it('when nothing is set, then a replica set of one comes up and the service is ready on it', async () => {
    const { service, dataDir } = start('plain');
    const url = await service.ready();
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { dependencies: { mongodb: { state: 'up' } } } });
    const parameters = await withDatabase(dataDir, (db) =>
      db.admin().command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 }),
    );
    expect(parameters['transactionLifetimeLimitSeconds']).toBe(3);
  });

  it('when it is stopped by SIGTERM and started again, then the data, the port and the secrets are the same', async () => {
    const first = start('restart');
    await first.service.ready();
    await leaveMark(first.dataDir);
    const before = await recordOf(first.dataDir);
    const secrets = await readFile(join(first.dataDir, 'secrets.json'), 'utf8');
    expect((await stat(join(first.dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(await first.service.stop()).toEqual({ code: 0, signal: null });
    expect(isAlive(before.pid)).toBe(false);

    const second = start('restart');
    await second.service.ready();
    expect(await countMarks(second.dataDir)).toBe(1);
    expect((await recordOf(second.dataDir)).port).toBe(before.port);
    expect(await readFile(join(second.dataDir, 'secrets.json'), 'utf8')).toBe(secrets);
  });

  it('when Ctrl-C is sent twice at once, as npm does, then it stops in order and leaves no child', async () => {
    const { service, dataDir } = start('ctrl-c');
    await service.ready();
    const { pid } = await recordOf(dataDir);
    service.child.kill('SIGINT');
    expect(await service.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(service.stdout()).toContain('"msg":"stopped"');
    expect(isAlive(pid)).toBe(false);
  });

  it('when it is killed, then its mongod lives on, and a second start takes it over with the data', async () => {
    const first = start('orphan');
    await first.service.ready();
    await leaveMark(first.dataDir);
    const { pid } = await recordOf(first.dataDir);
    await first.service.stop('SIGKILL');
    expect(isAlive(pid)).toBe(true);

    const second = start('orphan');
    await second.service.ready();
    expect(second.service.stdout()).toContain(`process ${pid}`);
    expect((await recordOf(second.dataDir)).pid).toBe(pid);
    expect(await countMarks(second.dataDir)).toBe(1);
    await second.service.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('when an orphan does not serve our directory, then it is left alone', async () => {
    const stranger = await startMongod();
    try {
      const { service, dataDir } = start('stranger');
      await service.ready();
      await service.stop();
      const record = await recordOf(dataDir);
      await writeFile(join(dataDir, 'mongod.json'), JSON.stringify({ ...record, port: stranger.port }));
      const second = start('stranger');
      await second.service.ready();
      expect((await recordOf(dataDir)).port).not.toBe(stranger.port);
      await second.service.stop();
      expect(isAlive(stranger.pid)).toBe(true);
    } finally {
      await stranger.stop();
    }
  });

  it('when two directories are served side by side, then neither sees the other', async () => {
    const one = start('side-one');
    const two = start('side-two');
    await Promise.all([one.service.ready(), two.service.ready()]);
    await leaveMark(one.dataDir);
    expect(await countMarks(one.dataDir)).toBe(1);
    expect(await countMarks(two.dataDir)).toBe(0);
  });

  it('when the directory is in use, then a second start says by whom, with exit code 1, and harms nothing', async () => {
    const first = start('shared');
    const url = await first.service.ready();
    const second = start('shared');
    expect(await second.service.exited).toEqual({ code: 1, signal: null });
    expect(second.service.stderr()).toMatch(/^DATA_DIR .* is in use by process \d+\. .*\n$/);
    expect(second.service.stderr()).toContain(String(first.service.pid));
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('when its mongod is killed, then it is started again and the service is ready once more', async () => {
    const { service, dataDir } = start('revived');
    const url = await service.ready();
    await leaveMark(dataDir);
    const { pid } = await recordOf(dataDir);
    process.kill(pid, 'SIGKILL');
    await waitFor(async () => (await recordOf(dataDir)).pid !== pid && (await fetch(`${url}/readyz`)).status === 200, {
      deadlineMs: 90_000,
      what: 'a new mongod',
    });
    expect(await countMarks(dataDir)).toBe(1);
    const revived = await recordOf(dataDir);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(isAlive(revived.pid)).toBe(false);
  });

  it('when the port is taken, then one line says so, with exit code 1, and no mongod stays behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await waitFor(() => taken.listening);
    const { port } = taken.address() as AddressInfo;
    try {
      const { service, dataDir } = start('port', { PORT: String(port) });
      expect(await service.exited).toEqual({ code: 1, signal: null });
      expect(service.stderr()).toMatch(new RegExp(`^PORT ${port} is taken .*\\n$`));
      expect(isAlive((await recordOf(dataDir)).pid)).toBe(false);
    } finally {
      taken.close();
    }
  });

  it('when MONGO_URI is a standalone MongoDB, then one line says how to make it a replica set, with exit code 1', async () => {
    const alone = await startMongod({ replicaSet: false });
    try {
      const { service, dataDir } = start('standalone', { MONGO_URI: alone.uri('stockroom') });
      expect(await service.exited).toEqual({ code: 1, signal: null });
      expect(service.stderr()).toMatch(/^MONGO_URI .* is a standalone MongoDB.*--replSet.*rs\.initiate\(\).*\n$/);
      expect(existsSync(join(dataDir, 'db'))).toBe(false);
    } finally {
      await alone.stop();
    }
  });

  it('when a setting is bad, then one line names it, with exit code 1', async () => {
    const { service } = start('bad', { PORT: 'http' });
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.stderr()).toMatch(/^Bad environment: PORT must be a whole number from 0 to 65535\. .*\n$/);
    expect(service.stdout()).toBe('');
  });

  it('when production lacks its settings, then one line names each, with exit code 1', async () => {
    const { service } = start('production', { NODE_ENV: 'production' });
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.stderr()).toBe(
      'Bad environment: production needs MONGO_URI, REDIS_URL, RABBITMQ_URL, JWT_SECRET.\n',
    );
  });

  it('when MONGOD_BINARY is no mongod, then one line names it, with exit code 1', async () => {
    const { service } = start('binary', { MONGOD_BINARY: '/bin/true' });
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.stderr()).toMatch(/^MONGOD_BINARY \/bin\/true cannot be run as mongod .*\n$/);
  });
});
