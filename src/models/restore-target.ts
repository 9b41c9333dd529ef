import mongoose, { type Connection } from 'mongoose';
import { buildIndexes } from './index-builds.js';
import { createMigrationStore, restoringId } from './migration-store.js';

const { BSON } = mongoose.mongo;
const commandMsMax = 10_000;
const namespaceExists = 48;

/** Numbers, binaries and regular expressions stay of the type that they are of. */
const asStored = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
} as const;

export interface RestoredIndex {
  name: string;
  key: Readonly<Record<string, number | string>>;
  [option: string]: unknown;
}

/** A database into which a backup goes. */
export const createRestoreTarget = (connection: Connection) => {
  const { db } = connection;
  if (!db) throw new Error('A restore needs an open connection.');
  const migrations = createMigrationStore(connection);

  return {
    database: db.databaseName,

    /** A collection with something in it, or null. */
    firstWithDocuments: async (): Promise<string | null> => {
      const found = await db.listCollections({}, { nameOnly: true, maxTimeMS: commandMsMax }).toArray();
      for (const { name } of found.filter((each) => !each.name.startsWith('system.'))) {
        const one = await db.collection(name).findOne({}, { projection: { _id: 1 }, maxTimeMS: commandMsMax });
        if (one !== null) return name;
      }
      return null;
    },

    /** From here on until `finish` nobody starts on this database: it holds a part of the data. */
    begin: (): Promise<void> => migrations.record({ _id: restoringId, at: new Date(), ms: 0 }),

    /** Resolves when all that was written since `begin` is on disk by majority, as it was written before. */
    finish: (): Promise<void> => migrations.remove(restoringId),

    create: async (name: string): Promise<void> => {
      try {
        await db.command({ create: name });
      } catch (error) {
        if ((error as { code?: unknown }).code !== namespaceExists) throw error;
      }
    },

    /** Writes documents as they were. */
    insert: async (name: string, documents: readonly Uint8Array[]): Promise<void> => {
      if (documents.length === 0) return;
      const decoded = documents.map((document) => BSON.deserialize(document, asStored));
      await db.collection(name).insertMany(decoded, { ordered: false, writeConcern: { w: 1, journal: false } });
    },

    buildIndexes: (name: string, indexes: readonly RestoredIndex[]): Promise<void> =>
      buildIndexes(db, name, indexes as readonly mongoose.mongo.IndexDescription[]),
  };
};

export type RestoreTarget = ReturnType<typeof createRestoreTarget>;
