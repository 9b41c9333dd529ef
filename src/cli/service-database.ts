import { join } from 'node:path';
import { cacheDirOf } from '../config/cache-dir.js';
import { startEmbeddedMongo } from '../config/embedded-mongo.js';
import type { Env } from '../config/env.js';
import { lookForMongo } from '../config/running-mongo.js';
import type { Closers } from '../utils/closers.js';
import { StartError } from '../utils/errors.js';

/** The database that a service uses where its URI names none. */
export const databaseNameOf = ({ SERVICE }: Pick<Env, 'SERVICE'>): string =>
  SERVICE === 'orders' ? 'stockroom_orders' : 'stockroom';

/**
 * The service's database: the one that MONGO_URI names, else the embedded one, which a running service may be using.
 * @param mayBeNew whether the embedded one may be made where there is none
 */
export const serviceDatabaseUri = async (
  env: Env,
  closers: Closers,
  progress: (line: string) => void,
  mayBeNew = false,
): Promise<string> => {
  if (env.MONGO_URI !== undefined) return env.MONGO_URI;
  const dataDir = env.SERVICE === 'orders' ? join(env.DATA_DIR, 'orders') : env.DATA_DIR;
  const found = await lookForMongo(dataDir);
  if (found.kind === 'running') return found.uri;
  if (found.kind === 'absent' && !mayBeNew) {
    throw new StartError(`There is no database in DATA_DIR ${dataDir}. Set DATA_DIR or MONGO_URI to the service's.`);
  }
  const embedded = await startEmbeddedMongo({
    dataDir,
    binary: env.MONGOD_BINARY,
    cacheDir: cacheDirOf(env),
    progress,
  });
  closers.add('embedded MongoDB', embedded.close);
  return embedded.uri;
};
