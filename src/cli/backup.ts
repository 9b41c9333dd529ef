import { join, resolve } from 'node:path';
import { loadEnv } from '../config/env.js';
import { connectMongo } from '../config/mongo.js';
import { createBackupSource } from '../models/backup-source.js';
import { takeBackup } from '../services/backup/backup.service.js';
import type { Closers } from '../utils/closers.js';
import { backupArguments, backupHelp } from './backup-arguments.js';
import { consoleLogger, print, progress, runProgram } from './console.js';
import { databaseNameOf, serviceDatabaseUri } from './service-database.js';

/** Not of the services' kind: what looks for orphans of theirs leaves this process alone. */
const appName = 'stockroom-backup';
const done = 0;

/** `20260501T093000Z`: sorts by time and is a name of a directory everywhere. */
const stamp = (at: Date): string =>
  at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');

const backup = async (closers: Closers): Promise<number> => {
  const asked = backupArguments(process.argv.slice(2));
  if (asked === 'help') {
    print(backupHelp);
    return done;
  }
  const env = loadEnv();
  const uri = await serviceDatabaseUri(env, closers, progress);
  const mongo = await connectMongo({ uri, database: databaseNameOf(env), appName, logger: consoleLogger });
  closers.add('MongoDB', mongo.close);
  const source = createBackupSource(mongo.connection);
  const out = resolve(asked.out ?? join('backups', `${source.database}-${stamp(new Date())}`));
  const { collections, clusterTime } = await takeBackup({ source, out, progress });
  const documents = collections.reduce((sum, each) => sum + each.documents, 0);
  const moment = new Date(clusterTime.seconds * 1000).toISOString();
  print(`${String(documents)} documents of ${String(collections.length)} collections, as of ${moment}, in ${out}`);
  return done;
};

process.exitCode = await runProgram(backup);
