import type { ReportFiles } from '../../models/report-files.js';
import type { ReportDocument } from '../../models/report.model.js';
import type { ReportQueries } from '../../models/report-queries.js';
import type { ReportStore } from '../../models/report-store.js';
import type { ReportType } from '../../schemas/report.js';
import { csvLine } from '../../utils/csv.js';
import type { DraftOf, ReportDraft } from './draft.js';
import { productReport } from './product-report.js';
import { salesReport } from './sales-report.js';
import { stockReport } from './stock-report.js';

export interface ReportRunDependencies {
  store: Pick<ReportStore, 'start' | 'progress' | 'finish'>;
  files: Pick<ReportFiles, 'write' | 'remove'>;
  /** Runs `work` with queries that show everything as of its begin, or later. */
  withQueries: <T>(work: (queries: ReportQueries) => Promise<T>) => Promise<T>;
  now: () => Date;
  /** Rows that a CSV takes; past them the report says that it is truncated. */
  rowsMax: number;
}

/** Where a job stands, and what tells it to stop. */
export interface RunControl {
  progress: (percent: number) => Promise<void>;
  signal: AbortSignal;
}

const drafts: Readonly<Record<ReportType, DraftOf>> = {
  stock: stockReport,
  sales: salesReport,
  product: productReport,
};

const progressEveryMs = 500;
/** The rest is for the page. */
const rowsShare = 90;

interface Written {
  rows: number;
  truncated: boolean;
}

/** The page, made when it is asked for: what it shows is gathered while the rows are read. */
const pageText = async function* ({ page }: ReportDraft): AsyncGenerator<string> {
  yield await page();
};

/** Makes the files of one report. May run twice at a time for one report: the first to finish decides, the other cleans up. */
export const createReportRun = ({ store, files, withQueries, now, rowsMax }: ReportRunDependencies) => {
  /** How far it is, now and then: for the report, and for the job. */
  const createMeter = ({ _id }: ReportDocument, control: RunControl, expected: number) => {
    let nextMs = performance.now() + progressEveryMs;
    return async (rows: number): Promise<void> => {
      if (performance.now() < nextMs) return;
      nextMs = performance.now() + progressEveryMs;
      // Of what nobody knows the length of, it is half done until it is done.
      const percent = Math.floor(expected > 0 ? Math.min(1, rows / expected) * rowsShare : rowsShare / 2);
      await Promise.all([store.progress(_id, percent, now()), control.progress(percent)]);
    };
  };

  const csvText = async function* (
    { columns, rows }: ReportDraft,
    meter: (rows: number) => Promise<void>,
    written: Written,
  ): AsyncGenerator<string> {
    yield csvLine(columns);
    for await (const row of rows) {
      if (written.rows >= rowsMax) {
        written.truncated = true;
        return;
      }
      written.rows++;
      yield csvLine(row);
      if (written.rows % 256 === 0) await meter(written.rows);
    }
  };

  /** @param brought the report, where its job brings it along */
  return async (id: string, brought: ReportDocument | null, control: RunControl): Promise<void> => {
    const report = await store.start(id, now(), brought);
    if (report === null) return;
    const written: Written = { rows: 0, truncated: false };
    const made = await withQueries(async (queries) => {
      const draft = await drafts[report.type](queries, report, now());
      const meter = createMeter(report, control, draft.expected);
      return files.write(
        [
          { name: `${id}.csv`, text: csvText(draft, meter, written) },
          { name: `${id}.html`, text: pageText(draft) },
        ],
        control.signal,
      );
    });
    const [csv = '', html = ''] = made;
    const result = { files: { csv, html }, ...written, finishedAt: now() };
    // Where that fails nobody knows whether the report has these files now, so they stay until they are swept.
    const kept = await store.finish(report, result, brought !== null);
    if (!kept) await files.remove(made).catch(() => undefined);
  };
};

export type ReportRun = ReturnType<typeof createReportRun>;
