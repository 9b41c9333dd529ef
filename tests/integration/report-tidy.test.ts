import type { Connection } from 'mongoose';
import { createOutboxModel } from '../../src/models/outbox.model.js';
import { createReportFiles, type ReportFiles } from '../../src/models/report-files.js';
import { createReportStore } from '../../src/models/report-store.js';
import { createReportModel, reportKeptMs, type ReportDocument } from '../../src/models/report.model.js';
import type { JobView } from '../../src/schemas/job.js';
import type { NewJob } from '../../src/services/jobs/job-queue.js';
import { createReportService } from '../../src/services/report/report.service.js';
import { newId } from '../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';

const [minute, day] = [60_000, 86_400_000];
const never = new AbortController().signal;

describeMongo('tidying up reports', () => {
  const database = freshDatabase();
  let connection: Connection;
  let reports: ReturnType<typeof createReportModel>;
  let files: ReportFiles;
  let open: (at: Date) => ReturnType<typeof createReportService>;
  const added: NewJob[] = [];
  const known = new Map<string, Pick<JobView, 'status' | 'reason'>>();

  beforeAll(async () => {
    connection = await database.connect();
    reports = createReportModel(connection);
    await reports.createCollection();
    await reports.createIndexes();
    files = createReportFiles(connection);
    const store = createReportStore({ reports, outbox: createOutboxModel(connection) });
    open = (at) =>
      createReportService({
        store,
        files,
        ledger: { productExists: () => Promise.resolve(true) },
        jobs: {
          add: (job) => Promise.resolve(void added.push(job)),
          find: (id) => Promise.resolve((known.get(id) as JobView | undefined) ?? null),
        },
        run: () => Promise.resolve(),
        now: () => at,
      });
  });
  afterEach(async () => {
    added.length = 0;
    known.clear();
    await reports.deleteMany({});
  });

  const stored = async (at: Date, fields: Partial<ReportDocument> = {}): Promise<ReportDocument> => {
    const report: ReportDocument = {
      _id: newId(at.getTime()),
      type: 'stock',
      productId: null,
      from: null,
      to: null,
      status: 'queued',
      progress: 0,
      requestedBy: newId(),
      reason: null,
      rows: null,
      truncated: false,
      files: null,
      createdAt: at,
      startedAt: null,
      finishedAt: null,
      seenAt: at,
      expiresAt: new Date(at.getTime() + reportKeptMs),
      ...fields,
    };
    await reports.create(report);
    return report;
  };
  const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
  const chunkCount = () => connection.collection('report_files.chunks').countDocuments();

  it('when a report’s job was lost, then it is queued again, once until somebody has had time to work on it', async () => {
    const at = new Date();
    const lost = await stored(at);
    const running = await stored(at, { status: 'running' });
    await stored(at, { status: 'done' });
    await stored(at, { status: 'failed' });

    await open(later(at, minute)).tidy();
    const tooSoon = added.splice(0);
    await open(later(at, 3 * minute)).tidy();
    const first = added.splice(0);
    await open(later(at, 4 * minute)).tidy();
    const again = added.splice(0);

    expect([tooSoon, again]).toEqual([[], []]);
    expect(first.map(({ id }) => id).sort()).toEqual([lost._id, running._id].sort());
    expect(first[0]).toMatchObject({ queue: 'report-queue', name: 'requested', data: { reportId: first[0]?.id } });
  });

  it('when its job is still there, then it is left alone; when that has failed, then so has the report', async () => {
    const at = new Date();
    const [waiting, failed, silent] = [await stored(at), await stored(at), await stored(at)];
    known.set(waiting._id, { status: 'waiting', reason: null });
    known.set(failed._id, { status: 'failed', reason: 'no such product' });
    known.set(silent._id, { status: 'failed', reason: null });

    await open(later(at, 3 * minute)).tidy();

    const after = new Map((await reports.find().lean()).map((report) => [report._id, report]));
    expect(added).toEqual([]);
    expect(after.get(waiting._id)).toMatchObject({ status: 'queued', reason: null });
    expect(after.get(failed._id)).toMatchObject({ status: 'failed', reason: 'no such product' });
    expect(after.get(silent._id)).toMatchObject({ status: 'failed', reason: 'its worker was lost' });
  });

  it('when a report has expired, then its files go a day later with their chunks, and younger ones stay', async () => {
    const at = new Date();
    const texts = [
      { name: 'old.csv', text: ['a,b\r\n'] },
      { name: 'old.html', text: ['<p>'] },
    ];
    const old = await files.write(texts, never);
    await open(later(at, reportKeptMs)).tidy();
    const kept = await Promise.all(old.map(files.read));

    await open(later(at, reportKeptMs + day + minute)).tidy();

    expect(kept.map((file) => file?.bytes)).toEqual([5, 3]);
    expect(await Promise.all(old.map(files.read))).toEqual([null, null]);
    expect(await chunkCount()).toBe(0);
  });

  it('when a report has expired, then MongoDB is told to forget it at that very time', async () => {
    const indexes = await reports.collection.indexes();
    expect(indexes.find(({ key }) => 'expiresAt' in key)).toMatchObject({ expireAfterSeconds: 0 });
    const at = new Date();
    const report = await open(at).request({ id: newId(), role: 'manager' }, { type: 'stock' });
    expect(new Date(report.expiresAt)).toEqual(later(at, reportKeptMs));
  });
});
