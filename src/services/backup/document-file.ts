import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { StartError } from '../../utils/errors.js';

/** Documents are handed to the compressor in pieces of this size: one call for hundreds of them. */
const pieceBytes = 256 * 1024;
/** Half as good again as the fastest, at a third of the usual cost. */
const gzipLevel = 3;
/** A document of MongoDB is at most 16 MB, and so is its length of 4 bytes. */
const documentBytesMax = 16 * 1024 * 1024 + 16 * 1024;
const documentBytesMin = 5;
const batchDocumentsMax = 1_000;
const batchBytesMax = 4 * 1024 * 1024;

export interface WrittenFile {
  documents: number;
  /** Before they are compressed. */
  bytes: number;
  sha256: string;
}

/** Puts documents together to pieces, and counts them. */
const gathered = async function* (
  documents: AsyncIterable<Uint8Array>,
  count: Pick<WrittenFile, 'documents' | 'bytes'>,
  meter: (documents: number) => void,
): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const document of documents) {
    // What the driver hands out is a part of a reply that it may use again.
    pending.push(Buffer.from(document));
    size += document.length;
    count.documents++;
    count.bytes += document.length;
    if (size < pieceBytes) continue;
    meter(count.documents);
    yield Buffer.concat(pending);
    [pending, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(pending);
};

/** Writes documents one behind the other, compressed: what `mongodump --gzip` writes too. On disk when it resolves. */
export const writeDocuments = async (
  file: string,
  documents: AsyncIterable<Uint8Array>,
  meter: (documents: number) => void,
): Promise<WrittenFile> => {
  const count = { documents: 0, bytes: 0 };
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const handle = await open(file, 'wx', 0o600);
  try {
    const source = Readable.from(gathered(documents, count, meter), { objectMode: false });
    await pipeline(source, createGzip({ level: gzipLevel }), hashing, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await handle.writeFile(chunk);
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { ...count, sha256: hash.digest('hex') };
};

/** Cuts a stream of documents into batches. */
const batched = async function* (chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  let batch: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= documentBytesMin) {
      const length = rest.readInt32LE(at);
      if (length < documentBytesMin || length > documentBytesMax) throw new StartError(`${file} holds no documents.`);
      if (rest.length - at < length) break;
      batch.push(rest.subarray(at, at + length));
      at += length;
      bytes += length;
      if (batch.length < batchDocumentsMax && bytes < batchBytesMax) continue;
      yield batch;
      [batch, bytes] = [[], 0];
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new StartError(`${file} ends in the middle of a document.`);
  if (batch.length > 0) yield batch;
};

/**
 * Reads what `writeDocuments` has written, a batch at a time.
 * @throws StartError when the file is not such a one
 */
export const readDocuments = async function* (file: string): AsyncGenerator<Buffer[]> {
  const unzipped = createGunzip();
  // Whoever reads meets the fault.
  void pipeline(createReadStream(file), unzipped).catch(() => undefined);
  yield* batched(unzipped as AsyncIterable<Buffer>, file);
};
