import type { Connection } from 'mongoose';
import { loadEnv } from '../config/env.js';
import { connectMongo } from '../config/mongo.js';
import { createLedgerRepair } from '../models/ledger-repair.js';
import { createMovementQueries } from '../models/movement-queries.js';
import { createMovementModel } from '../models/movement.model.js';
import { createProductModel } from '../models/product.model.js';
import { createRestoreTarget } from '../models/restore-target.js';
import { createStockRewind } from '../models/stock-rewind.js';
import { createAuditService } from '../services/audit.service.js';
import { readBackup, restoreBackup } from '../services/backup/restore.service.js';
import type { Closers } from '../utils/closers.js';
import { StartError } from '../utils/errors.js';
import { runAudit } from './audit-run.js';
import { restoreArguments, restoreHelp } from './backup-arguments.js';
import { consoleLogger, print, progress, runProgram } from './console.js';
import { databaseNameOf, serviceDatabaseUri } from './service-database.js';

const appName = 'stockroom-restore';
const exitCodes = { consistent: 0, inconsistent: 1 } as const;

/** @returns whether every product and its ledger agree */
const auditAll = async (connection: Connection): Promise<boolean> => {
  const models = { products: createProductModel(connection), movements: createMovementModel(connection) };
  const ledger = createMovementQueries(models);
  const { inconsistent } = await runAudit({
    audits: createAuditService({ ledger, repair: createLedgerRepair(models) }),
    productIds: ledger.productIds(),
    repair: false,
    actorId: '',
    print,
    progress,
    nowMs: () => performance.now(),
  });
  return inconsistent === 0;
};

const restore = async (closers: Closers): Promise<number> => {
  const asked = restoreArguments(process.argv.slice(2));
  if (asked === 'help') {
    print(restoreHelp);
    return exitCodes.consistent;
  }
  const { from, until } = asked;
  const env = loadEnv();
  if (until !== null && env.SERVICE === 'orders') {
    throw new StartError('--until goes by the ledger, which is in the database of the products.');
  }
  progress(`reading ${from}`);
  // Before a database is made for it.
  const manifest = await readBackup(from);
  const uri = await serviceDatabaseUri(env, closers, progress, true);
  const mongo = await connectMongo({ uri, database: databaseNameOf(env), appName, logger: consoleLogger });
  closers.add('MongoDB', mongo.close);
  const { connection } = mongo;
  const target = createRestoreTarget(connection);
  const rewind = async (): Promise<void> => {
    if (until === null) return;
    const { movements, products } = await createStockRewind(connection).to(until, progress);
    print(
      `took out ${String(movements)} movements of ${String(products)} products that came after ${until.toISOString()}`,
    );
  };
  await restoreBackup({ target, from, manifest, progress, afterwards: rewind });
  const { collections, takenAt } = manifest;
  const documents = collections.reduce((sum, each) => sum + each.documents, 0);
  print(`restored ${String(documents)} documents of ${takenAt} into ${target.database}`);
  return (await auditAll(connection)) ? exitCodes.consistent : exitCodes.inconsistent;
};

process.exitCode = await runProgram(restore);
