import { cp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { movementCollection } from '../../src/models/movement.model.js';
import { createRestoreTarget } from '../../src/models/restore-target.js';
import { checksumFile, checksumOf } from '../../src/services/backup/checksums.js';
import { readBackup, restoreBackup } from '../../src/services/backup/restore.service.js';
import { loadEnv } from '../../src/config/env.js';
import { newId } from '../../src/utils/uuid.js';
import { migrateAtStart } from '../../src/wiring/migrations.js';
import { ledgerOf } from '../helpers/audit-clean.js';
import { auditEverything, backUp, restoreInto } from '../helpers/backup.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { spawnService, temporaryDir } from '../helpers/service.js';
import { customers, person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

// A busy machine is slow at starting the processes of the last tests.
jest.setTimeout(240_000);

const { BSON } = mongoose.mongo;
const itWhenLong = process.env['LONG'] === '1' ? it : it.skip;

describeMongo('a backup', () => {
  const source = freshDatabase();
  const target = freshDatabase();
  const temporary = temporaryDir();
  let from: Connection;
  let to: Connection;
  let out: string;
  beforeAll(async () => {
    from = await source.connect();
    to = await target.connect();
  });
  beforeEach(async () => {
    out = join(temporary(), newId());
    await to.dropDatabase();
  });

  describe('of a shop in which people buy', () => {
    let shop: LocalShop;
    beforeAll(async () => {
      shop = await startShop(source.uri, { env: { RUN_JOBS: '0' } });
    });
    afterAll(() => shop.close());

    it('when it is restored elsewhere, then it is one moment of the shop, every book agrees and the sale goes on', async () => {
      const products = await Promise.all(
        [50_000, 50_000, 50_000].map((stock, index) =>
          shop.stocked(stock, index === 0 ? { perCustomerLimit: 1_000_000 } : {}),
        ),
      );
      const ids = products.map(({ id }) => id);
      const [limited = ''] = ids;
      let stopped = false;
      let sales = 0;
      const buying = customers(6).map(async ({ token }, index) => {
        const id = ids[index % ids.length] ?? '';
        for (let count = 0; !stopped; count++) {
          if (count % 5 === 4) await shop.client.reserve(id, { token, body: { quantity: 1 } });
          else if ((await shop.client.buy(id, { token })).status === 201) sales++;
        }
      });
      await waitFor(() => sales > 50, { what: 'fifty sales' });
      const before = await Promise.all(ids.map((id) => ledgerOf(from, id)));

      const taken = await backUp(from, out);
      const salesMeanwhile = sales;
      await waitFor(() => sales > salesMeanwhile, { what: 'a sale after the backup' });
      stopped = true;
      await Promise.all(buying);
      const restored = await restoreInto(to, out);

      expect(restored).toEqual(taken);
      expect(await auditEverything(to)).toEqual({ products: ids.length, faults: [] });
      const sizes = { copy: 0, whole: 0 };
      for (const [index, id] of ids.entries()) {
        const [copy, whole] = [await ledgerOf(to, id), await ledgerOf(from, id)];
        expect(copy).toEqual(whole.slice(0, copy.length));
        expect(copy.length).toBeGreaterThanOrEqual(before[index]?.length ?? Infinity);
        sizes.copy += copy.length;
        sizes.whole += whole.length;
      }
      expect(sizes.copy).toBeLessThan(sizes.whole);
      const indexes = await to.collection(movementCollection).indexes();
      expect(indexes).toEqual(await from.collection(movementCollection).indexes());
      expect((await to.listCollections()).map(({ name }) => name)).not.toContain('leases');

      const there = await startShop(target.uri, { env: { RUN_JOBS: '0' } });
      const answer = await there.client.buy(limited, { token: person().token });
      await there.close();
      expect(answer.status).toBe(201);
      expect((await auditEverything(to)).faults).toEqual([]);
    });
  });

  describe('of a few documents', () => {
    const odd = {
      _id: 'odd',
      int: new BSON.Int32(7),
      double: new BSON.Double(7),
      long: BSON.Long.fromString('9007199254740993'),
      decimal: BSON.Decimal128.fromString('1.10'),
      at: new Date('2026-01-01T00:00:00.123Z'),
      bytes: new BSON.Binary(Buffer.from([0, 255]), 4),
      match: new BSON.BSONRegExp('^a', 'i'),
      id: new BSON.ObjectId('65f000000000000000000001'),
      deep: { nothing: null, none: [], list: [new BSON.Int32(1), new BSON.Double(1)], '': 'ü' },
    };
    const rawOf = async (connection: Connection): Promise<string[]> => {
      const found = await connection
        .collection('things')
        .find({}, { raw: true, sort: { _id: 1 } })
        .toArray();
      return found.map((each) => Buffer.from(each as unknown as Uint8Array).toString('hex'));
    };
    beforeAll(async () => {
      await from.collection<{ _id: string }>('things').deleteMany({});
      const many = Array.from({ length: 2_500 }, (_, index) => ({ _id: `t${String(index)}`, text: 'x'.repeat(1_000) }));
      await from.collection<{ _id: string }>('things').insertMany([odd, ...many]);
      await from
        .collection('things')
        .createIndexes([{ key: { at: 1 }, name: 'at', sparse: true, expireAfterSeconds: 1e9 }]);
    });

    it('when it is restored, then every document is the same to the last byte', async () => {
      await backUp(from, out);
      await restoreInto(to, out);

      expect(await rawOf(to)).toEqual(await rawOf(from));
      expect(await to.collection('things').indexes()).toEqual(await from.collection('things').indexes());
      expect((await readdir(out)).filter((name) => name.includes('partial'))).toEqual([]);
    });

    it.each<[string, (dir: string) => Promise<unknown>]>([
      ['a file that was cut short', (dir) => truncate(join(dir, 'things.bson.gz'), 100)],
      [
        'a changed byte',
        async (dir) => {
          const file = join(dir, 'things.bson.gz');
          const bytes = await readFile(file);
          bytes[200] = (bytes[200] ?? 0) ^ 1;
          await writeFile(file, bytes);
        },
      ],
      ['a file that is gone', (dir) => rm(join(dir, 'things.bson.gz'))],
      [
        'a changed page of contents',
        async (dir) => {
          const file = join(dir, 'manifest.json');
          await writeFile(file, (await readFile(file, 'utf8')).replace('"version": 1', '"version": 2'));
        },
      ],
      ['no sums, as when it was broken off', (dir) => rm(join(dir, checksumFile))],
      ['damaged sums', (dir) => writeFile(join(dir, checksumFile), 'no sums\n')],
      [
        'another version with good sums',
        async (dir) => {
          const file = join(dir, 'manifest.json');
          const before = await readFile(file, 'utf8');
          const after = before.replace('"version": 1', '"version": 2');
          await writeFile(file, after);
          const sums = await readFile(join(dir, checksumFile), 'utf8');
          await writeFile(join(dir, checksumFile), sums.replace(checksumOf(before), checksumOf(after)));
        },
      ],
    ])('when it has %s, then it is refused and nothing is written', async (_what, damage) => {
      await backUp(from, out);
      const copy = `${out}-damaged`;
      await cp(out, copy, { recursive: true });
      await damage(copy);

      await expect(restoreInto(to, copy)).rejects.toThrow(/^[^\n]*-damaged[^\n]*$/);
      expect(await to.listCollections()).toEqual([]);
    });

    it('when the database is not empty, then nothing is written over it', async () => {
      await backUp(from, out);
      await to.collection<{ _id: string }>('others').insertOne({ _id: 'mine' });

      await expect(restoreInto(to, out)).rejects.toThrow(/not empty: others has documents/);
      expect((await to.listCollections()).map(({ name }) => name)).toEqual(['others']);
    });

    it('when the directory is there, or there is nothing to be backed up, then it is refused', async () => {
      await backUp(from, out);

      await expect(backUp(from, out)).rejects.toThrow(/is there already/);
      await expect(backUp(to, `${out}-2`)).rejects.toThrow(/is empty/);
      expect((await readdir(temporary())).filter((name) => name.includes('partial'))).toEqual([]);
    });

    it('when a restore is broken off, then no service starts on what it has left', async () => {
      await backUp(from, out);
      const real = createRestoreTarget(to);
      let batches = 0;
      const broken = {
        ...real,
        insert: (name: string, documents: readonly Uint8Array[]) =>
          ++batches > 1 ? Promise.reject(new Error('the line broke')) : real.insert(name, documents),
      };

      const manifest = await readBackup(out);
      const restoring = restoreBackup({ target: broken, from: out, manifest, progress: () => undefined });
      await expect(restoring).rejects.toThrow('line');
      const start = migrateAtStart({
        connection: to,
        env: loadEnv({ NODE_ENV: 'test' }),
        processId: newId(),
        logger: { warn: () => undefined } as never,
        progress: () => undefined,
      });

      await expect(start).rejects.toThrow(/restore into this database was broken off/);
      await expect(restoreInto(to, out)).rejects.toThrow(/not empty/);
    });

    const run = async (cli: string, settings: Readonly<Record<string, string>>, ...args: string[]) => {
      const program = spawnService(settings, [`src/cli/${cli}.ts`, ...args]);
      const { code } = await program.exited;
      return { code, stdout: program.stdout(), stderr: program.stderr() };
    };

    it('when it is taken and restored on the command line, then exit codes and lines say what came of it', async () => {
      const taken = await run('backup', { MONGO_URI: source.uri }, '--out', out);
      const restored = await run('restore', { MONGO_URI: target.uri }, '--from', out);
      const again = await run('restore', { MONGO_URI: target.uri }, '--from', out);

      expect([taken.code, taken.stdout]).toEqual([
        0,
        expect.stringMatching(/^\d+ documents of \d+ collections, as of /),
      ]);
      expect([restored.code, restored.stdout]).toEqual([0, expect.stringMatching(/: 0 inconsistent\n$/)]);
      expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/is not empty/)]);
      expect(await rawOf(to)).toEqual(await rawOf(from));
    });

    itWhenLong('when there is no database yet, then the embedded one is made and takes the backup', async () => {
      const embedded = { DATA_DIR: join(temporary(), 'data') };
      await backUp(from, out);

      const restored = await run('restore', embedded, '--from', out);
      const rebuilt = await run('rebuild', embedded, '--until', new Date().toISOString());

      expect([restored.code, restored.stdout]).toEqual([0, expect.stringMatching(/: 0 inconsistent\n$/)]);
      expect([rebuilt.code, rebuilt.stdout]).toEqual([
        0,
        expect.stringMatching(/^productId,sku,name,stock,reserved,sold,movements\r\n/),
      ]);
    });
  });
});
