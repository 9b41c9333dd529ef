import { isCalledOff } from '../api/api-error.js';
import type { Answer } from '../api/client.js';
import { plural } from '../lib/format.js';
import { fill, h, setText } from './dom.js';
import { failure, loading } from './notice.js';
import { createTable, type TableOptions } from './table.js';

export interface PagedTableOptions<T> extends TableOptions<T> {
  /** What a row is, in one and in many. */
  noun: readonly [string, string];
  load: (cursor: string | null, signal: AbortSignal) => Promise<Answer<T[]>>;
  /** Stands there when there is nothing. */
  empty: () => HTMLElement;
  signal: AbortSignal;
}

export interface PagedTable {
  element: HTMLElement;
  /** Reads the newest page again, and puts what it says over what is shown. */
  refresh: () => Promise<void>;
}

/** More rows than that are not looked through by hand; a filter or a report serves better. */
const rowsMax = 500;

const mergedRows = <T>(shown: readonly T[], newest: readonly T[], keyOf: (row: T) => string): T[] => {
  const fresh = new Set(newest.map(keyOf));
  return [...newest, ...shown.filter((row) => !fresh.has(keyOf(row)))].slice(0, rowsMax);
};

/** A list of the service, newest first, page by page, with its states. */
export const createPagedTable = <T>(options: PagedTableOptions<T>): PagedTable => {
  const { keyOf, load, empty, noun, signal } = options;
  const table = createTable(options);
  const status = h('p', { class: 'quiet', role: 'status' });
  const more = h('button', { type: 'button', onclick: () => void next() }, 'Load more');
  const foot = h('div', { class: 'table-foot' }, status, more);
  const body = h('div', {}, loading(noun[1]));
  const trouble = h('div');
  const element = h('div', { class: 'paged' }, trouble, body, foot);
  let rows: T[] = [];
  let cursor: string | null = null;
  let known = false;
  foot.hidden = true;

  const show = (): void => {
    fill(trouble);
    foot.hidden = rows.length === 0;
    more.hidden = cursor === null || rows.length >= rowsMax;
    const cut = cursor !== null && rows.length >= rowsMax ? '; there are more: filter to find them' : '';
    setText(status, `${plural(rows.length, ...noun)}${cursor === null ? '' : ' so far'}${cut}`);
    table.set(rows);
    const wanted = rows.length === 0 ? empty() : table.element;
    if (body.firstChild !== wanted) fill(body, wanted);
  };

  const get = async (from: string | null, take: (answer: Answer<T[]>) => void, again: () => void): Promise<void> => {
    more.disabled = true;
    try {
      take(await load(from, signal));
      known = true;
      if (!signal.aborted) show();
    } catch (error) {
      if (signal.aborted || isCalledOff(error)) return;
      // What is shown stays: it is what the service said last.
      if (!known) fill(body);
      fill(trouble, failure(error, again));
      throw error;
    } finally {
      more.disabled = false;
    }
  };

  const takeNewest = ({ data, nextCursor }: Answer<T[]>): void => {
    // Where nothing lies behind the page, what it does not name is gone.
    const isAll = nextCursor === null;
    rows = isAll ? data : mergedRows(rows, data, keyOf);
    if (isAll || rows.length === data.length) cursor = nextCursor;
  };
  const refresh = (): Promise<void> => get(null, takeNewest, () => void refresh().catch(() => undefined));
  const next = (): Promise<void> =>
    get(
      cursor,
      (answer) => {
        const old = new Set(rows.map(keyOf));
        rows = [...rows, ...answer.data.filter((row) => !old.has(keyOf(row)))].slice(0, rowsMax);
        cursor = answer.nextCursor;
      },
      () => void next().catch(() => undefined),
    ).catch(() => undefined);

  return { element, refresh };
};
