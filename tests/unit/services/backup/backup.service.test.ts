import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SnapshotLost } from '../../../../src/models/backup-source.js';
import { takeBackup } from '../../../../src/services/backup/backup.service.js';
import { readDocuments } from '../../../../src/services/backup/document-file.js';
import { createMeter } from '../../../../src/services/backup/meter.js';

/** A document of BSON with nothing in it but zeros, of so many bytes. */
const documentOf = (bytes: number): Buffer => {
  const document = Buffer.alloc(bytes);
  document.writeInt32LE(bytes);
  return document;
};

describe('backup', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockroom-test-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const sourceOf = (documents: () => AsyncGenerator<Uint8Array>) => ({
    database: 'shop',
    collections: () => Promise.resolve([{ name: 'things', indexes: [], documents: 2 }]),
    openSnapshot: () => ({ documents, time: () => ({ seconds: 1, increment: 2 }), close: () => Promise.resolve() }),
  });

  it('when the database keeps too little of its past, then one line says how to raise that, and nothing is left behind', async () => {
    const source = sourceOf(async function* () {
      await Promise.resolve();
      yield documentOf(20);
      throw new SnapshotLost('gone');
    });

    const taking = takeBackup({ source, out: join(dir, 'out'), progress: () => undefined });

    await expect(taking).rejects.toThrow(/^The backup took longer[^\n]*minSnapshotHistoryWindowInSeconds[^\n]*$/);
    expect(await readdir(dir)).toEqual([]);
  });

  it('when documents lie across pieces of a file, then they are read as they were, in batches of a bounded size', async () => {
    const documents = Array.from({ length: 2_500 }, (_, index) => documentOf(5 + (index % 900)));
    const file = join(dir, 'things.bson.gz');
    await writeFile(file, gzipSync(Buffer.concat(documents)));

    const batches: Buffer[][] = [];
    for await (const batch of readDocuments(file)) batches.push(batch);

    expect(batches.flat().map((each) => each.length)).toEqual(documents.map((each) => each.length));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(1_000);
  });

  it.each([
    ['is cut in the middle of a document', gzipSync(Buffer.concat([documentOf(20), documentOf(20).subarray(0, 7)]))],
    ['ends before a length', gzipSync(Buffer.concat([documentOf(20), Buffer.from([9])]))],
    ['names a length that no document has', gzipSync(Buffer.from([255, 255, 255, 127, 0, 0, 0, 0]))],
    ['is not compressed', documentOf(20)],
    ['is half of a compressed one', gzipSync(documentOf(4_000)).subarray(0, 20)],
  ])('when a file %s, then reading it fails', async (_what, bytes) => {
    const file = join(dir, 'things.bson.gz');
    await writeFile(file, bytes);
    const read = async () => {
      for await (const batch of readDocuments(file)) expect(batch.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow();
  });

  it('when something takes long, then a line now and then says how far it is', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const meter = createMeter({
      what: 'things',
      of: 10,
      progress: (line) => void lines.push(line),
      nowMs: () => nowMs,
    });

    for (let done = 1; done <= 12; done++) {
      nowMs += 500;
      meter(done);
    }

    expect(lines).toEqual([
      'things: 4 of about 10 documents',
      'things: 8 of about 10 documents',
      'things: 12 of about 12 documents',
    ]);
  });
});
