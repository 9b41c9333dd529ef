import type { Readable } from 'node:stream';
import { mongo, type Connection } from 'mongoose';
import { newId } from '../utils/uuid.js';
import { createReportFileWriter, type FileChunk, type StoredFile } from './report-file-writer.js';
import { reportKeptMs } from './report.model.js';
import type { DeclaredCollection } from './schema-state.js';

const bucketName = 'report_files';
/** Files outlive their reports by so much, so that no report is shown whose file is gone. */
const marginMs = 86_400_000;

const chunkCollection = `${bucketName}.chunks`;
const fileCollection = `${bucketName}.files`;

/** GridFS makes these at the first upload otherwise, which is a race between processes. */
export const reportFileCollections: readonly DeclaredCollection[] = [
  {
    name: chunkCollection,
    indexes: [{ name: 'files_id_1_n_1', key: { files_id: 1, n: 1 }, options: { unique: true } }],
  },
  {
    name: fileCollection,
    indexes: [{ name: 'filename_1_uploadDate_1', key: { filename: 1, uploadDate: 1 }, options: {} }],
  },
];

/**
 * The files of reports, in GridFS. A file's id is a UUIDv7 and so tells its age, and so do the chunks of one that was never
 * finished: what is too old is deleted by a range of ids, with nothing to look up.
 */
export const createReportFiles = (connection: Connection) => {
  const { db } = connection;
  if (!db) throw new Error('The files of reports need an open connection.');
  const bucket = new mongo.GridFSBucket(db, { bucketName });
  const chunks = db.collection<FileChunk>(chunkCollection);
  const files = db.collection<StoredFile>(fileCollection);

  return {
    ...createReportFileWriter({ chunks, files }),

    /** @returns null when there is no such file */
    read: async (id: string): Promise<{ bytes: number; content: Readable } | null> => {
      const [file] = await bucket.find({ _id: id as never }, { limit: 1, maxTimeMS: 2_000 }).toArray();
      return file ? { bytes: file.length, content: bucket.openDownloadStream(id as never) } : null;
    },

    /** Deletes what is older than any report can be, finished or not. @returns how many files */
    sweep: async (at: Date): Promise<number> => {
      const oldest = newId(at.getTime() - reportKeptMs - marginMs);
      const { deletedCount } = await files.deleteMany({ _id: { $lt: oldest } });
      await chunks.deleteMany({ files_id: { $lt: oldest } });
      return deletedCount;
    },
  };
};

export type ReportFiles = ReturnType<typeof createReportFiles>;
