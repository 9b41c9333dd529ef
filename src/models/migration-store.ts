import type { Connection } from 'mongoose';

/** A change of the data that has been made in this database, once and for all. */
export interface MigrationDocument {
  _id: string;
  at: Date;
  /** How long it took, in milliseconds. */
  ms: number;
}

export const migrationCollection = 'migrations';

/** Stands among the migrations of a database into which a backup is being restored, and stays where that was broken off. */
export const restoringId = 'restoring';

const readMsMax = 5_000;

/** Which migrations a database has behind it. */
export const createMigrationStore = (connection: Connection) => {
  const migrations = connection.collection<MigrationDocument>(migrationCollection);
  return {
    /** As a majority of the database knows them. */
    applied: async (): Promise<string[]> => {
      const found = await migrations.find({}, { readConcern: 'majority', maxTimeMS: readMsMax }).toArray();
      return found.map(({ _id }) => _id);
    },
    record: async ({ _id, at, ms }: MigrationDocument): Promise<void> => {
      await migrations.updateOne({ _id }, { $setOnInsert: { at, ms } }, { upsert: true });
    },
    remove: async (id: string): Promise<void> => {
      await migrations.deleteOne({ _id: id });
    },
  };
};

export type MigrationStore = ReturnType<typeof createMigrationStore>;
