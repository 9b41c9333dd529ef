import { mongo } from 'mongoose';
import { newId } from '../utils/uuid.js';

/** What GridFS cuts files into by default. */
const chunkBytes = 255 * 1024;

/** A piece of a file, as GridFS keeps it: https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md */
export interface FileChunk {
  _id: mongo.ObjectId;
  files_id: string;
  n: number;
  data: mongo.Binary;
}

export interface StoredFile {
  _id: string;
  length: number;
  chunkSize: number;
  uploadDate: Date;
  filename: string;
}

export interface TextFile {
  name: string;
  /** Read once, as it is written. */
  text: AsyncIterable<string> | Iterable<string>;
}

export interface ReportFileWriterDependencies {
  chunks: mongo.Collection<FileChunk>;
  files: mongo.Collection<StoredFile>;
}

/** The report's own end is written by majority, and a majority that has it has these, which were written before. */
const quick = { writeConcern: { w: 1, journal: false } } as const;

/** The bytes of a text in pieces of a chunk's size; only the last one may be smaller. */
const cut = async function* (text: TextFile['text'], signal: AbortSignal): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let parts: string[] = [];
  let characters = 0;
  const gather = (): void => {
    rest = Buffer.concat([rest, Buffer.from(parts.join(''))]);
    parts = [];
    characters = 0;
  };
  for await (const part of text) {
    signal.throwIfAborted();
    parts.push(part);
    characters += part.length;
    if (characters < chunkBytes) continue;
    gather();
    for (; rest.length >= chunkBytes; rest = rest.subarray(chunkBytes)) yield rest.subarray(0, chunkBytes);
  }
  gather();
  for (; rest.length > 0; rest = rest.subarray(chunkBytes)) yield rest.subarray(0, chunkBytes);
};

/**
 * Writes files into GridFS, all or none. Most reports are small, and two uploads of the driver's own cost four statements and a buffer of a
 * chunk's size each; here, what does not fill a chunk waits for what else there is to write, so that the files of a small report take two
 * statements together.
 */
export const createReportFileWriter = ({ chunks, files }: ReportFileWriterDependencies) => {
  const remove = async (ids: readonly string[]): Promise<void> => {
    await files.deleteMany({ _id: { $in: [...ids] } });
    await chunks.deleteMany({ files_id: { $in: [...ids] } });
  };

  return {
    remove,
    /**
     * Writes files one after the other as their text comes, so that memory does not grow with them.
     * @returns their ids
     * @throws what reading the texts throws, what the signal was aborted with, and the database's errors; nothing is left behind then
     */
    write: async (texts: readonly TextFile[], signal: AbortSignal): Promise<string[]> => {
      const made: StoredFile[] = [];
      const ids = texts.map(() => newId());
      let waiting: FileChunk[] = [];
      const flush = async (): Promise<void> => {
        const batch = waiting;
        waiting = [];
        if (batch.length > 0) await chunks.insertMany(batch, quick);
      };
      try {
        for (const [index, { name, text }] of texts.entries()) {
          const id = ids[index] ?? newId();
          let [n, length] = [0, 0];
          for await (const bytes of cut(text, signal)) {
            waiting.push({ _id: new mongo.ObjectId(), files_id: id, n: n++, data: new mongo.Binary(bytes) });
            length += bytes.length;
            if (bytes.length === chunkBytes) await flush();
          }
          made.push({ _id: id, length, chunkSize: chunkBytes, uploadDate: new Date(), filename: name });
        }
        await flush();
        signal.throwIfAborted();
        await files.insertMany(made, quick);
        return ids;
      } catch (error) {
        await remove(ids).catch(() => undefined);
        throw error;
      }
    },
  };
};
