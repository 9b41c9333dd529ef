import { loadEnv } from '../config/env.js';
import { connectMongo } from '../config/mongo.js';
import { stockAt } from '../models/stock-at.js';
import type { Closers } from '../utils/closers.js';
import { csvLine } from '../utils/csv.js';
import { rebuildArguments, rebuildHelp } from './backup-arguments.js';
import { consoleLogger, print, progress, runProgram } from './console.js';
import { databaseNameOf, serviceDatabaseUri } from './service-database.js';

const appName = 'stockroom-rebuild';
const done = 0;

const rebuild = async (closers: Closers): Promise<number> => {
  const asked = rebuildArguments(process.argv.slice(2));
  if (asked === 'help') {
    print(rebuildHelp);
    return done;
  }
  const env = loadEnv();
  const uri = await serviceDatabaseUri(env, closers, progress);
  const mongo = await connectMongo({ uri, database: databaseNameOf(env), appName, logger: consoleLogger });
  closers.add('MongoDB', mongo.close);
  process.stdout.write(csvLine(['productId', 'sku', 'name', 'stock', 'reserved', 'sold', 'movements']));
  let products = 0;
  for await (const { _id, sku, name, stock, reserved, sold, lines } of stockAt(mongo.connection, asked.until)) {
    process.stdout.write(csvLine([_id, sku, name, stock, reserved, sold, lines]));
    products++;
  }
  progress(`${String(products)} products as of ${asked.until.toISOString()}`);
  return done;
};

process.exitCode = await runProgram(rebuild);
