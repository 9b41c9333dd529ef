import type { ClientSession, Connection, mongo } from 'mongoose';
import { leaseCollection } from './lease.model.js';

export interface SourceCollection {
  name: string;
  /** As MongoDB lists them, without the one of `_id`. */
  indexes: mongo.IndexDescriptionInfo[];
  /** An estimate, for who watches. */
  documents: number;
}

/** What belongs to the running place and not to the data: a restored database begins without, and so under a name of its own. */
const leftOut = new Set([leaseCollection, 'processes', 'feeds', 'deployment']);

const commandMsMax = 10_000;
const batchSize = 1_000;
/** https://github.com/mongodb/mongo/blob/v7.0/src/mongo/base/error_codes.yml */
const snapshotTooOld = 239;

/** The database keeps too little of its past for a backup that takes so long. */
export class SnapshotLost extends Error {
  override name = 'SnapshotLost';
}

const asLost = (error: unknown): unknown =>
  (error as { code?: unknown }).code === snapshotTooOld
    ? new SnapshotLost('The moment that the backup is taken of is gone.', { cause: error })
    : error;

/** Of a session that has read: `snapshotTime` is in the driver's sources, and not among its types. */
const snapshotTimeOf = (session: ClientSession): mongo.Timestamp | undefined =>
  (session as unknown as { snapshotTime?: mongo.Timestamp }).snapshotTime;

/** A database as it is to be backed up: all collections as of one moment, while it goes on being written. */
export const createBackupSource = (connection: Connection) => {
  const { db } = connection;
  if (!db) throw new Error('A backup needs an open connection.');

  return {
    database: db.databaseName,

    /** What there is to be taken. */
    collections: async (): Promise<SourceCollection[]> => {
      const found = await db.listCollections({ type: 'collection' }, { maxTimeMS: commandMsMax }).toArray();
      const names = found.map(({ name }) => name).filter((name) => !name.startsWith('system.') && !leftOut.has(name));
      return Promise.all(
        names.sort().map(async (name) => ({
          name,
          indexes: (await db.collection(name).indexes({ maxTimeMS: commandMsMax })).filter(
            (each) => each.name !== '_id_',
          ),
          documents: await db.collection(name).estimatedDocumentCount({ maxTimeMS: commandMsMax }),
        })),
      );
    },

    /**
     * Opens a view of one moment, that of the first read.
     * See https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/
     */
    openSnapshot: () => {
      const session = connection.getClient().startSession({ snapshot: true });
      return {
        /**
         * The documents of a collection as they lie there, a batch at a time; a batch is good until the next one is asked for.
         * @throws SnapshotLost
         */
        documents: async function* (name: string): AsyncGenerator<Uint8Array> {
          const cursor = db.collection(name).find({}, { session, raw: true, batchSize, hint: { $natural: 1 } });
          try {
            for await (const document of cursor) yield document as unknown as Uint8Array;
          } catch (error) {
            throw asLost(error);
          } finally {
            await cursor.close();
          }
        },
        /** Null before anything was read. */
        time: (): { seconds: number; increment: number } | null => {
          const time = snapshotTimeOf(session);
          return time === undefined ? null : { seconds: time.t, increment: time.i };
        },
        close: () => session.endSession(),
      };
    },
  };
};

export type BackupSource = ReturnType<typeof createBackupSource>;
