import type { ReportDocument } from '../../models/report.model.js';
import type { ReportQueries } from '../../models/report-queries.js';
import type { CsvCell } from '../../utils/csv.js';

/** What a report consists of. The page is made once the rows have been read, from what was gathered on the way. */
export interface ReportDraft {
  columns: readonly string[];
  /** Read once, one after the other, so that a report of any size needs no more memory than one of a page. */
  rows: AsyncIterable<readonly CsvCell[]>;
  /** How many rows there will be, as far as that can be told. */
  expected: number;
  page: () => Promise<string> | string;
}

export type DraftOf = (queries: ReportQueries, report: ReportDocument, at: Date) => Promise<ReportDraft>;

/** Rows that a table of the page shows; the CSV has all. */
export const shownMax = 100;

export const minuteText = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const periodText = (from: Date | null, to: Date | null): string => {
  if (from === null && to === null) return 'the whole time';
  return `${from === null ? 'the beginning' : minuteText(from)} to ${to === null ? 'now' : minuteText(to)}`;
};

/** The best of many, without keeping the many. @param order as for `sort` */
export const createTop = <T>(size: number, order: (one: T, other: T) => number) => {
  let kept: T[] = [];
  const cut = (): void => {
    kept = kept.sort(order).slice(0, size);
  };
  return {
    add: (item: T): void => {
      kept.push(item);
      if (kept.length >= size * 4) cut();
    },
    list: (): readonly T[] => {
      cut();
      return kept;
    },
  };
};
