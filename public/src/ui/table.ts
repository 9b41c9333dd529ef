import { fill, h, type Child } from './dom.js';

export interface Column<T> {
  title: string;
  cell: (row: T) => Child | readonly Child[];
  numeric?: boolean;
  /** Whether it names the row. */
  header?: boolean;
  /** Whether it holds buttons alone, and its title is for screen readers. */
  actions?: boolean;
}

export interface TableOptions<T> {
  caption: string;
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
}

const contentOf = (shown: Child | readonly Child[]): readonly Child[] =>
  Array.isArray(shown) ? (shown as readonly Child[]) : [shown as Child];

/** On a narrow screen rows become cards by style, which takes a table's meaning away in some browsers: the roles keep it. */
const headOf = <T>(columns: readonly Column<T>[]): HTMLElement =>
  h(
    'thead',
    { role: 'rowgroup' },
    h(
      'tr',
      { role: 'row' },
      ...columns.map(({ title, numeric, actions }) =>
        h(
          'th',
          { scope: 'col', role: 'columnheader', class: numeric ? 'number' : null },
          actions ? h('span', { class: 'sr-only' }, title) : title,
        ),
      ),
    ),
  );

const rowOf = <T>(columns: readonly Column<T>[], row: T, key: string): HTMLTableRowElement =>
  h(
    'tr',
    { role: 'row', 'data-key': key },
    ...columns.map(({ title, cell, numeric, header, actions }) => {
      const label = actions ? null : title;
      const kind = `${numeric ? 'number ' : ''}${actions ? 'cell-actions' : ''}`.trim();
      const props = { 'data-label': label, class: kind === '' ? null : kind };
      const content = h('div', { class: 'cell' }, ...contentOf(cell(row)));
      return header
        ? h('th', { scope: 'row', role: 'rowheader', ...props }, content)
        : h('td', { role: 'cell', ...props }, content);
    }),
  );

/** Which button of which row has the focus, so that a row that is drawn anew does not take it away. */
const focusIn = (body: HTMLElement): (() => void) => {
  const active = document.activeElement;
  const row = active?.closest<HTMLElement>('tr[data-key]');
  if (!active || !row || !body.contains(row)) return () => undefined;
  const key = row.dataset['key'];
  const index = [...row.querySelectorAll('button, a, select')].indexOf(active);
  return () => {
    if (document.contains(active)) return;
    const again = [...body.querySelectorAll<HTMLElement>('tr[data-key]')].find((one) => one.dataset['key'] === key);
    again?.querySelectorAll<HTMLElement>('button, a, select')[index]?.focus();
  };
};

/** A table whose rows are drawn anew only where they have changed. */
export const createTable = <T>({ caption, columns, keyOf }: TableOptions<T>) => {
  const body = h('tbody', { role: 'rowgroup' });
  const table = h('table', { role: 'table' }, h('caption', { class: 'sr-only' }, caption), headOf(columns), body);
  const drawn = new Map<string, { text: string; element: HTMLElement }>();

  return {
    element: h('div', { class: 'table' }, table),
    set: (rows: readonly T[]): void => {
      const refocus = focusIn(body);
      const kept = new Set<string>();
      const elements = rows.map((row) => {
        const key = keyOf(row);
        const text = JSON.stringify(row);
        const old = drawn.get(key);
        kept.add(key);
        if (old?.text === text) return old.element;
        const element = rowOf(columns, row, key);
        drawn.set(key, { text, element });
        return element;
      });
      for (const key of drawn.keys()) if (!kept.has(key)) drawn.delete(key);
      if (elements.some((element, index) => body.children[index] !== element) || body.children.length !== rows.length) {
        fill(body, ...elements);
      }
      refocus();
    },
  };
};
