import type { Connection, mongo } from 'mongoose';

type Database = NonNullable<Connection['db']>;

/** A build looks at every document, and nobody waits for it but who has asked for it; other commands have 5 s. */
const buildMsMax = 12 * 3_600_000;

/**
 * Builds indexes, however long that takes. Can be repeated: what is there is left alone, and what is being built is waited for.
 * By the collection's method: of what `db.command` is given, the driver drops the time-out.
 */
export const buildIndexes = async (
  db: Database,
  collection: string,
  indexes: readonly mongo.IndexDescription[],
): Promise<void> => {
  if (indexes.length === 0) return;
  const patience: mongo.CreateIndexesOptions & { socketTimeoutMS: number } = { socketTimeoutMS: buildMsMax };
  await db.collection(collection).createIndexes([...indexes], patience);
};
