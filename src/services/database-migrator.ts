import type { Connection } from 'mongoose';
import { declaredCollections, type DatabasePart } from '../models/declared-collections.js';
import { createLeaseStore } from '../models/lease.model.js';
import { migrationsOf } from '../models/migrations/all.js';
import { createMigrationStore } from '../models/migration-store.js';
import { createSchemaState } from '../models/schema-state.js';
import { createLease, type LeaseOptions } from './messaging/lease.js';
import { createMigrator, type Migrator } from './migration.service.js';

/** A holder that has died is waited for so long; one that lives renews it long before. */
const lease = { ttlMs: 20_000, everyMs: 2_000 };

export interface DatabaseMigratorOptions {
  connection: Connection;
  /** What the database holds. */
  parts: ReadonlySet<DatabasePart>;
  /** Names this process. */
  holder: string;
  logger: LeaseOptions['logger'];
  progress: (line: string) => void;
  waitMsMax: number;
}

/** The migrator of a database of this service, with all that this version declares. */
export const createDatabaseMigrator = (options: DatabaseMigratorOptions): Migrator => {
  const { connection, parts, holder, logger, progress, waitMsMax } = options;
  return createMigrator({
    schema: createSchemaState(connection, declaredCollections(parts)),
    store: createMigrationStore(connection),
    migrations: migrationsOf(parts).map(({ id, up }) => ({ id, up: (say) => up(connection, say) })),
    lease: createLease({ store: createLeaseStore(connection), name: 'migrations', holder, logger, ...lease }),
    progress,
    waitMsMax,
  });
};
