import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { loadEnv } from '../../src/config/env.js';
import { declaredCollections, partsOf } from '../../src/models/declared-collections.js';
import { createLeaseStore } from '../../src/models/lease.model.js';
import { createMigrationStore, migrationCollection, restoringId } from '../../src/models/migration-store.js';
import { namesOfUsers } from '../../src/models/migrations/names-of-users.js';
import { createSchemaState } from '../../src/models/schema-state.js';
import { userCollection } from '../../src/models/user.model.js';
import { createDatabaseMigrator } from '../../src/services/database-migrator.js';
import { createLease } from '../../src/services/messaging/lease.js';
import { createMigrator, type MigratorDependencies } from '../../src/services/migration.service.js';
import { newId } from '../../src/utils/uuid.js';
import { migrateAtStart } from '../../src/wiring/migrations.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway } from '../helpers/patiently.js';
import { spawnService } from '../helpers/service.js';
import { customers, startShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

// A busy machine is slow at compiling the one process that is started here.
jest.setTimeout(240_000);

const logger = { warn: () => undefined };
const nothing = () => undefined;

describeMongo('migrations', () => {
  const database = freshDatabase();
  let connection: Connection;
  beforeAll(async () => {
    connection = await database.connect();
  });
  beforeEach(() => connection.dropDatabase());

  const whole = () =>
    createDatabaseMigrator({
      ...{ connection, logger, progress: nothing, holder: newId(), waitMsMax: 30_000 },
      parts: partsOf('all'),
    });
  /** A migrator with these changes of data and no indexes. */
  const withChanges = (
    migrations: MigratorDependencies['migrations'],
    more: Partial<Pick<MigratorDependencies, 'waitMsMax' | 'progress' | 'store'>> = {},
  ) =>
    createMigrator({
      schema: createSchemaState(connection, []),
      store: createMigrationStore(connection),
      lease: createLease({
        ...{ store: createLeaseStore(connection), name: 'migrations', holder: newId(), logger },
        ...{ ttlMs: 10_000, everyMs: 20 },
      }),
      ...{ migrations, progress: nothing, waitMsMax: 30_000, pollMs: 10, ...more },
    });

  it('when the database is empty, then all that is declared is made, once', async () => {
    const before = await whole().status();
    const done = await whole().up();
    const after = await whole().status();

    // The lease on migrations has made its own collection.
    expect(done).toEqual(before.pending.filter((step) => step !== 'make collection leases'));
    expect(done).toEqual(expect.arrayContaining(['make collection products', 'migrate products-001-names-of-users']));
    expect(after).toEqual({ pending: [], unknown: [], undeclared: [] });
    expect(await whole().up()).toEqual([]);
    const stored = await connection.listCollections();
    const declared = declaredCollections(partsOf('all')).map(({ name }) => name);
    expect(new Set(stored.map(({ name }) => name))).toEqual(new Set([...declared, migrationCollection]));
    const [sku] = (await connection.collection('products').indexes()).filter(({ name }) => name === 'sku');
    expect(sku).toMatchObject({ key: { sku: 1 }, unique: true, partialFilterExpression: { deleted: false } });
  });

  it('when an index is gone, another is nobody’s and a third is not what is declared, then each is told', async () => {
    await whole().up();
    const products = connection.collection('products');
    await products.dropIndex('byPrice');
    await products.createIndexes([{ key: { colour: 1 } }]);

    const { pending, undeclared } = await whole().status();
    expect(pending).toEqual(['build index byPrice of collection products']);
    expect(undeclared).toEqual(['products.colour_1']);
    expect(await whole().up()).toEqual(pending);
    expect((await products.indexes()).map(({ name }) => name)).toEqual(expect.arrayContaining(['byPrice', 'colour_1']));

    await products.dropIndex('byName');
    await products.createIndexes([{ key: { name: 1 }, name: 'byName' }]);
    await expect(whole().up()).rejects.toThrow(/products\.byName/);
  });

  it('when accounts have no key to be searched by, then they get it, and those that have one keep it', async () => {
    const users = connection.collection<{ _id: string; name: string; nameKey?: string }>(userCollection);
    await users.insertMany([
      { _id: 'old', name: 'Zoë' },
      { _id: 'new', name: 'Ann', nameKey: 'kept' },
    ]);

    await namesOfUsers.up(connection, nothing);
    await namesOfUsers.up(connection, nothing);

    const found = await users.find({}, { sort: { _id: 1 } }).toArray();
    expect(found.map(({ nameKey }) => nameKey)).toEqual(['kept', 'zoe']);
  });

  it('when several processes migrate at once, then each change is made once and in order', async () => {
    const made: string[] = [];
    const changes = ['one', 'two', 'three'].map((id) => ({
      id,
      up: async () => {
        // Somebody who does not wait would be between these two.
        made.push(`${id} begins`);
        await connection.collection('things').insertOne({ id });
        made.push(`${id} ends`);
      },
    }));

    const done = await Promise.all(Array.from({ length: 4 }, () => withChanges(changes).up()));

    expect(made).toEqual(['one', 'two', 'three'].flatMap((id) => [`${id} begins`, `${id} ends`]));
    expect(done.filter((steps) => steps.length > 0)).toEqual([['migrate one', 'migrate two', 'migrate three']]);
  });

  it('when a change fails, then it is not taken for made, those before it are, and the next run goes on from it', async () => {
    const made: string[] = [];
    let broken = true;
    const changes = ['one', 'two', 'three'].map((id) => ({
      id,
      up: () => {
        if (id === 'two' && broken) return Promise.reject(new Error('the disk is full'));
        made.push(id);
        return Promise.resolve();
      },
    }));

    await expect(withChanges(changes).up()).rejects.toThrow('the disk is full');
    expect((await withChanges(changes).status()).pending).toEqual(['migrate two', 'migrate three']);
    broken = false;
    await withChanges(changes).up();

    expect(made).toEqual(['one', 'two', 'three']);
  });

  it('when the database is too slow for a moment, then it is looked at again; any other fault ends it at once', async () => {
    const store = createMigrationStore(connection);
    const faults = [Object.assign(new Error('no connection'), { name: 'MongoWaitQueueTimeoutError' })];
    const applied = () => {
      const fault = faults.shift();
      return fault ? Promise.reject(fault) : store.applied();
    };
    const { status } = withChanges([], { store: { ...store, applied } });

    expect(await status()).toMatchObject({ pending: [] });
    faults.push(new Error('a fault of ours'), new Error('and one that nobody comes to see'));
    await expect(status()).rejects.toThrow('a fault of ours');
    expect(faults).toHaveLength(1);
  });

  it('when another process is at it for longer than it is waited for, then the fault says so', async () => {
    const store = createLeaseStore(connection);
    await store.acquire('migrations', newId(), 60_000);
    const lines: string[] = [];
    const late = withChanges([{ id: 'one', up: () => Promise.resolve() }], {
      ...{ waitMsMax: 50, progress: (line) => void lines.push(line) },
    });

    await expect(late.up()).rejects.toThrow(/Another process is migrating/);
    expect(lines).toEqual(['another process is migrating the database; waiting for it']);
  });

  it('when a restore was broken off, then nothing is migrated or started on what it has left', async () => {
    await createMigrationStore(connection).record({ _id: restoringId, at: new Date(), ms: 0 });

    await expect(whole().up()).rejects.toThrow(/restore/);
  });

  it('when a newer version has been here, then its changes are named and nothing is pending for us', async () => {
    await createMigrationStore(connection).record({ _id: 'products-999-of-tomorrow', at: new Date(), ms: 0 });

    expect(await withChanges([]).status()).toMatchObject({ pending: [], unknown: ['products-999-of-tomorrow'] });
  });

  it('when a start may not migrate, then it refuses with one line until somebody has', async () => {
    const ground = { connection, processId: newId(), progress: nothing, logger: pino({ level: 'silent' }) };
    const start = (MIGRATE_ON_START: '0' | '1') =>
      migrateAtStart({ ...ground, env: loadEnv({ NODE_ENV: 'test', MIGRATE_ON_START }) });

    await expect(start('0')).rejects.toThrow(/^The database is not what this version needs \(.* more\)\. Run [^\n]*$/);
    await start('1');
    await start('0');
  });

  it('when people buy meanwhile, then none of them notices', async () => {
    const shop = await startShop(database.uri, { env: { RUN_JOBS: '0' } });
    const product = await shop.stocked(100_000);
    await connection.collection('products').dropIndex('byPrice');
    await connection.collection('stock_movements').dropIndexes();
    const statuses: number[] = [];
    let stopped = false;
    const buying = customers(4).map(async ({ token }) => {
      while (!stopped) statuses.push((await shop.client.buy(product.id, { token })).status);
    });
    await waitFor(() => statuses.length > 20, { what: 'twenty purchases' });

    const done = await whole().up();
    const during = statuses.length;
    await waitFor(() => statuses.length > during, { what: 'a purchase after it' });
    stopped = true;
    await Promise.all(buying);
    await shop.close();

    expect(done.filter((step) => step.startsWith('build index'))).toHaveLength(4);
    expect((await whole().status()).pending).toEqual([]);
    expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([]);
    expectNobodyTurnedAway(statuses.map((status) => ({ status })));
  });

  it('when it is asked for on the command line, then it is done and said', async () => {
    const migrate = async (...args: string[]) => {
      const run = spawnService({ MONGO_URI: database.uri }, ['src/cli/migrate.ts', ...args]);
      return { ...(await run.exited), stdout: run.stdout(), stderr: run.stderr() };
    };

    const before = await migrate('status');
    const up = await migrate();

    expect([before, up]).toMatchObject([{ code: 1 }, { code: 0 }]);
    expect(before.stdout).toMatch(/^pending: make collection products$/m);
    expect(up.stdout).toMatch(/^done: make collection products$/m);
    expect((await whole().status()).pending).toEqual([]);
  });
});
