import { loadEnv } from '../config/env.js';
import { connectMongo } from '../config/mongo.js';
import { partsOf } from '../models/declared-collections.js';
import { createDatabaseMigrator } from '../services/database-migrator.js';
import type { MigrationStatus } from '../services/migration.service.js';
import type { Closers } from '../utils/closers.js';
import { newId } from '../utils/uuid.js';
import { consoleLogger, print, progress, runProgram } from './console.js';
import { migrateArguments, migrateHelp } from './migrate-arguments.js';
import { databaseNameOf, serviceDatabaseUri } from './service-database.js';

const exitCodes = { done: 0, pending: 1 } as const;
/** Another one that builds the index of a big collection may take its time. */
const waitMsMax = 3_600_000;

const printStatus = ({ pending, unknown, undeclared }: MigrationStatus): number => {
  for (const id of unknown) print(`made by a newer version: ${id}`);
  for (const name of undeclared) print(`not declared, and left alone: index ${name}`);
  for (const step of pending) print(`pending: ${step}`);
  print(pending.length === 0 ? 'Nothing is pending.' : `${String(pending.length)} steps are pending.`);
  return pending.length === 0 ? exitCodes.done : exitCodes.pending;
};

const migrate = async (closers: Closers): Promise<number> => {
  const action = migrateArguments(process.argv.slice(2));
  if (action === 'help') {
    print(migrateHelp);
    return exitCodes.done;
  }
  const env = loadEnv();
  const uri = await serviceDatabaseUri(env, closers, progress);
  const database = databaseNameOf(env);
  const mongo = await connectMongo({ uri, database, appName: 'stockroom-migrate', logger: consoleLogger });
  closers.add('MongoDB', mongo.close);
  const migrator = createDatabaseMigrator({
    connection: mongo.connection,
    parts: partsOf(env.SERVICE),
    holder: newId(),
    logger: consoleLogger,
    progress,
    waitMsMax,
  });
  if (action === 'status') return printStatus(await migrator.status());
  const done = await migrator.up();
  for (const step of done) print(`done: ${step}`);
  if (done.length === 0) print('Nothing was pending.');
  return exitCodes.done;
};

process.exitCode = await runProgram(migrate);
