import { jest } from '@jest/globals';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { productCollection, type ProductDocument } from '../../src/models/product.model.js';
import { newId } from '../../src/utils/uuid.js';
import { auditClean, ledgerOf, storedProductOf } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { spawnService, temporaryDir } from '../helpers/service.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';

// Each process compiles the sources anew, and a busy machine is slow at that.
jest.setTimeout(240_000);

const audit = async (settings: Readonly<Record<string, string>>, ...args: string[]) => {
  const process = spawnService(settings, ['src/cli/audit.ts', ...args]);
  const { code } = await process.exited;
  return { code, stdout: process.stdout(), stderr: process.stderr() };
};

describeMongo('npm run audit', () => {
  const database = freshDatabase();
  const settings = { MONGO_URI: database.uri };
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  const drift = (id: string, by: Partial<Record<'stock' | 'sold' | 'reserved' | 'seq', number>>) =>
    connection.collection<ProductDocument>(productCollection).updateOne({ _id: id }, { $inc: by });
  const sold = async () => {
    const product = await shop.stocked(10);
    await shop.client.buy(product.id, { token: person().token, body: { quantity: 2 } });
    return product.id;
  };

  it('when an outside hand has changed products, then it finds them, mends them by one line each, and finds no more', async () => {
    const [fine, more, less] = [await sold(), await sold(), await sold()];
    await drift(more, { stock: 5, seq: 3 });
    await drift(less, { stock: -1, sold: 2 });
    const before = await ledgerOf(connection, more);

    const found = await audit(settings);
    const untouched = await ledgerOf(connection, more);
    const mended = await audit(settings, '--repair');
    const again = await audit(settings);

    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(
      new RegExp(`^${more} INCONSISTENT: .*movements 5, the ledger 2.*stock 13, the ledger 8`, 'm'),
    );
    expect(found.stdout).toMatch(
      new RegExp(`^${less} INCONSISTENT: .*stock 7, the ledger 8.*sold 4, the ledger 2`, 'm'),
    );
    expect(found.stdout).not.toContain(fine);
    expect(found.stdout).toMatch(/^3 products, 6 lines in .* s: 2 inconsistent$/m);
    expect(untouched).toEqual(before);
    expect([mended.code, mended.stdout.match(/; repaired$/gm)?.length]).toEqual([0, 2]);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/^3 products, 8 lines in .* s: 0 inconsistent\n$/),
    ]);

    // What is on the shelf stays, and the service goes on from there.
    const [stored, ledger] = [await storedProductOf(connection, more), await ledgerOf(connection, more)];
    expect(stored).toMatchObject({ stock: 13, sold: 2, seq: 3 });
    expect(ledger.slice(0, 2)).toEqual(before);
    expect(ledger[2]).toMatchObject({ type: 'adjustment', delta: 5, stockAfter: 13, soldDelta: 0 });
    const answer = await shop.client.buy(more, { token: person().token });
    expect([answer.status, answer.data.stockAfter]).toEqual([201, 12]);
    for (const id of [fine, more, less]) await auditClean(shop, connection, id, { sawAll: false });
  });

  it('when one product is named, then it alone is looked at', async () => {
    const [fine, wrong] = [await sold(), await sold()];
    await drift(wrong, { stock: 1 });

    const [one, other, missing] = await Promise.all([
      audit(settings, '--product', fine),
      audit(settings, '--product', wrong),
      audit(settings, '--product', newId()),
    ]);

    expect([one.code, other.code, missing.code]).toEqual([0, 1, 2]);
    expect(missing.stderr).toBe('There is no such product.\n');
  });

  it('when the arguments or the settings are wrong, then one line says so and the exit code is 2', async () => {
    const [fix, nowhere] = await Promise.all([
      audit(settings, '--fix'),
      audit({ DATA_DIR: join(temporary(), 'nothing-here') }),
    ]);

    expect([fix.code, nowhere.code]).toEqual([2, 2]);
    expect(fix.stderr).toMatch(/^[^\n]*--fix[^\n]*Usage: [^\n]*\n$/);
    expect(nowhere.stderr).toMatch(/^There is no database in DATA_DIR [^\n]*\n$/);
  });

  const temporary = temporaryDir();

  it('when the database is the embedded one, then a running service keeps it, and without one it is started and stopped', async () => {
    const embedded = { DATA_DIR: join(temporary(), 'data') };
    const service = spawnService({ ...embedded, DEMO: '1' });
    const url = await service.ready();

    const beside = await audit(embedded);
    const shown = await fetch(`${url}/readyz`);
    await service.stop();
    const alone = await audit(embedded);
    const once = await audit(embedded);

    expect([beside.code, beside.stdout]).toEqual([
      0,
      expect.stringMatching(/^[1-9]\d* products, .*: 0 inconsistent\n$/),
    ]);
    expect(shown.status).toBe(200);
    expect([alone.code, once.code]).toEqual([0, 0]);
    expect(alone.stdout.split(' in ')[0]).toBe(beside.stdout.split(' in ')[0]);
  });
});
