import { partsOf } from '../models/declared-collections.js';
import { createDatabaseMigrator } from '../services/database-migrator.js';
import { StartError } from '../utils/errors.js';
import { isMongoUnavailable } from '../utils/mongo-faults.js';
import { retry } from '../utils/retry.js';
import type { Ground } from './ground.js';

/** A start that waits longer has better chances when it is tried again. */
const waitMsMax = 600_000;
/** A database that has let us in may still be too busy for more, and is asked again, for half a minute or so. What was begun is gone on with. */
const again = { attemptsMax: 20, baseMs: 250, capMs: 2_000, retryable: isMongoUnavailable };

export type MigrationGround = Pick<Ground, 'connection' | 'logger' | 'processId'> & {
  env: Pick<Ground['env'], 'SERVICE' | 'MIGRATE_ON_START'>;
  progress: (line: string) => void;
};

/**
 * Sees to it that the database is what this version needs, before anything is wired: a transaction must not have to make a collection.
 * @throws StartError when it is not, and may not be made so by a start
 */
export const migrateAtStart = async ({
  connection,
  env,
  logger,
  processId,
  progress,
}: MigrationGround): Promise<void> => {
  const parts = partsOf(env.SERVICE);
  const migrator = () => createDatabaseMigrator({ connection, parts, holder: processId, logger, progress, waitMsMax });
  if (env.MIGRATE_ON_START) {
    await retry(() => migrator().up(), again);
    return;
  }
  const { pending } = await retry(() => migrator().status(), again);
  const [first] = pending;
  if (first === undefined) return;
  const more = pending.length > 1 ? ` and ${String(pending.length - 1)} more` : '';
  throw new StartError(
    `The database is not what this version needs (${first}${more}). Run "npm run migrate" first, or start with MIGRATE_ON_START=1.`,
  );
};
