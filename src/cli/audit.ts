import { loadEnv } from '../config/env.js';
import { connectMongo } from '../config/mongo.js';
import { createLedgerRepair } from '../models/ledger-repair.js';
import { createMovementQueries } from '../models/movement-queries.js';
import { createMovementModel } from '../models/movement.model.js';
import { createProductModel } from '../models/product.model.js';
import { createAuditService } from '../services/audit.service.js';
import { createClosers, type Closers } from '../utils/closers.js';
import { AppError, StartError } from '../utils/errors.js';
import { redactUrls } from '../utils/redact.js';
import { auditArguments, type AuditArguments } from './audit-arguments.js';
import { runAudit } from './audit-run.js';
import { serviceDatabaseUri } from './service-database.js';

/** Stands in the ledger for whoever sits at the console: no account has the nil UUID (RFC 9562 section 5.9). */
const consoleId = '00000000-0000-0000-0000-000000000000';
/** Not of the services' kind: what looks for orphans of theirs leaves this process alone. */
const appName = 'stockroom-audit';

/** Something is inconsistent, or could not be looked at. */
const exitCodes = { consistent: 0, inconsistent: 1, failed: 2 } as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${redactUrls(line)}\n`);

/** @returns whether every book agrees now */
const auditDatabase = async ({ repair, productIds }: AuditArguments, closers: Closers): Promise<boolean> => {
  const uri = await serviceDatabaseUri(loadEnv(), closers, progress);
  const logger = {
    warn: (fields: unknown, message?: string) => progress(`${message ?? ''} ${JSON.stringify(fields)}`),
  };
  const mongo = await connectMongo({ uri, appName, logger });
  closers.add('MongoDB', mongo.close);
  const models = {
    products: createProductModel(mongo.connection),
    movements: createMovementModel(mongo.connection),
  };
  const ledger = createMovementQueries(models);
  const { inconsistent, repaired } = await runAudit({
    audits: createAuditService({ ledger, repair: createLedgerRepair(models) }),
    productIds: productIds.length > 0 ? productIds : ledger.productIds(),
    repair,
    actorId: consoleId,
    print,
    progress,
    nowMs: () => performance.now(),
  });
  return inconsistent === repaired;
};

const main = async (): Promise<number> => {
  const closers = createClosers((name, error) => progress(`closing ${name} failed: ${String(error)}`));
  try {
    const consistent = await auditDatabase(auditArguments(process.argv.slice(2)), closers);
    return consistent ? exitCodes.consistent : exitCodes.inconsistent;
  } catch (error) {
    const missing = error instanceof AppError && error.code === 'NOT_FOUND';
    const known = error instanceof StartError ? error.message : String(error);
    progress(missing ? 'There is no such product.' : known.replaceAll('\n', ' '));
    return exitCodes.failed;
  } finally {
    await closers.close();
  }
};

process.exitCode = await main();
