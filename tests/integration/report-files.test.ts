import type { Connection } from 'mongoose';
import { createReportFiles, type ReportFiles } from '../../src/models/report-files.js';
import { reportKeptMs } from '../../src/models/report.model.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';

const day = 86_400_000;
/** Of GridFS. */
const chunkBytes = 255 * 1024;
const never = new AbortController().signal;

describeMongo('the files of reports', () => {
  const database = freshDatabase();
  let connection: Connection;
  let files: ReportFiles;

  beforeAll(async () => {
    connection = await database.connect();
    files = createReportFiles(connection);
  });

  const chunkCount = (): Promise<number> => connection.collection('report_files.chunks').countDocuments();
  const fileCount = (): Promise<number> => connection.collection('report_files.files').countDocuments();
  const textOf = async (id: string): Promise<string | undefined> => {
    const file = await files.read(id);
    if (!file) return undefined;
    const parts: Buffer[] = [];
    for await (const part of file.content) parts.push(part as Buffer);
    return Buffer.concat(parts).toString();
  };

  it('when files of no, one and several chunks are written together, then each is read as it was, and all are removed', async () => {
    const lines = Array.from({ length: 30_000 }, (_line, index) => `line ${index}\r\n`);
    const texts = [lines.join(''), '<p>short</p>', '', 'x'.repeat(2 * chunkBytes), `é€😀${'ü'.repeat(chunkBytes)}`];
    const [first = '', ...others] = texts;
    const ids = await files.write(
      [
        { name: 'a', text: lines },
        ...others.map((text, index) => ({ name: String(index), text: text === '' ? [] : [text] })),
      ],
      never,
    );

    expect(await Promise.all(ids.map(textOf))).toEqual([first, ...others]);
    const bytes = await Promise.all(ids.map(async (id) => (await files.read(id))?.bytes));
    expect(bytes).toEqual(texts.map((text) => Buffer.byteLength(text)));
    const sizes = texts.map((text) => Math.ceil(Buffer.byteLength(text) / chunkBytes));
    expect(await chunkCount()).toBe(sizes.reduce((sum, count) => sum + count, 0));

    await files.remove(ids);
    expect([await Promise.all(ids.map(textOf)), await chunkCount()]).toEqual([ids.map(() => undefined), 0]);
  });

  it('when a text is made of what an earlier one has brought, then it is read after that one', async () => {
    let rows = 0;
    const table = function* () {
      for (; rows < 3; rows++) yield 'row';
    };
    const page = function* () {
      yield `${rows} rows`;
    };
    const ids = await files.write(
      [
        { name: 'a.csv', text: table() },
        { name: 'a.html', text: page() },
      ],
      never,
    );
    expect(await Promise.all(ids.map(textOf))).toEqual(['rowrowrow', '3 rows']);
    await files.remove(ids);
  });

  it('when writing breaks off, then nothing is left behind, of the files before either', async () => {
    const broken = function* () {
      for (let index = 0; index < 1_000; index++) yield 'x'.repeat(1_000);
      throw new Error('the database is away');
    };
    const texts = [
      { name: 'a.csv', text: ['x'.repeat(chunkBytes)] },
      { name: 'b.csv', text: broken() },
    ];
    await expect(files.write(texts, never)).rejects.toThrow('the database is away');
    expect([await chunkCount(), await fileCount()]).toEqual([0, 0]);
  });

  it('when the worker has to stop, then the writing ends with that, and nothing is left behind', async () => {
    const stop = new AbortController();
    const endless = function* () {
      for (let index = 0; ; index++) {
        if (index === 1_000) stop.abort(new Error('The worker has to stop.'));
        yield 'x'.repeat(1_000);
      }
    };
    await expect(files.write([{ name: 'c.csv', text: endless() }], stop.signal)).rejects.toThrow('has to stop');
    expect([await chunkCount(), await fileCount()]).toEqual([0, 0]);
  });

  it('when files are swept, then those that no report can still show go with their chunks, and the others stay', async () => {
    const [id = ''] = await files.write([{ name: 'c.csv', text: ['kept'] }], never);
    await files.sweep(new Date(Date.now() + reportKeptMs));
    expect(await textOf(id)).toBe('kept');
    expect(await files.sweep(new Date(Date.now() + reportKeptMs + 2 * day))).toBe(1);
    expect(await chunkCount()).toBe(0);
  });
});
