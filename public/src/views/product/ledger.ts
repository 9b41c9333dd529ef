import type { ViewContext } from '../../app-context.js';
import type { MovementView, ProductView } from '../../api/types.js';
import { count, dateTime, momentTick, none, plural, signed, words } from '../../lib/format.js';
import { balanceOf, summaryOf } from '../../lib/ledger.js';
import { fill, h, setText } from '../../ui/dom.js';
import { panel } from '../../ui/heading.js';
import { failure, loading } from '../../ui/notice.js';
import { createPlot } from '../../ui/plot.js';
import { createTable } from '../../ui/table.js';

/** Twenty calls; a report has them all. */
const linesMax = 2_000;
const shownLines = 15;
const againMs = 1_500;

type By = 'time' | 'line';

const plotOf = (by: By, { theme, signal }: ViewContext) =>
  createPlot({
    ...{ title: 'Running balance', isTime: by === 'time', formatY: count, yMin: 5 },
    xLabel: by === 'time' ? 'Time' : 'Line',
    formatX: (x) => (by === 'time' ? dateTime(new Date(x * 1_000).toISOString()) : `line ${count(x)}`),
    formatTick: by === 'time' ? momentTick : (x) => (Number.isInteger(x) ? count(x) : ''),
    series: [{ label: 'stock', color: '--plot-1', filled: true, stepped: by === 'time' ? 'until' : 'since' }],
    ...{ themeChanges: theme.changes, signal },
  });

const linesTable = () =>
  createTable<MovementView>({
    caption: 'The newest lines of the ledger',
    keyOf: ({ id }) => id,
    columns: [
      { title: 'Kind', header: true, cell: ({ type }) => words(type) },
      { title: 'Line', numeric: true, cell: ({ seq }) => count(seq) },
      { title: 'Change', numeric: true, cell: ({ delta }) => signed(delta) },
      { title: 'Balance', numeric: true, cell: ({ stockAfter }) => count(stockAfter) },
      { title: 'Reason', cell: ({ reason }) => reason ?? none },
      { title: 'When', cell: ({ createdAt }) => dateTime(createdAt) },
    ],
  });

const sentence = (lines: readonly MovementView[]): string => {
  const summary = summaryOf(lines);
  if (summary === null) return 'No line yet.';
  const kinds = summary.byType.map(([type, { lines: times, delta }]) => `${String(times)} ${type} (${signed(delta)})`);
  return `Between ${count(summary.lowest)} and ${count(summary.highest)}, now ${count(summary.last)}: ${kinds.join(', ')}.`;
};

/** Reads the ledger, newest first, until a line that is known already, its beginning, or the bound. */
const createReader = (id: string, { calls, signal }: ViewContext) => {
  let lines: MovementView[] = [];
  let complete = false;
  return {
    lines: () => lines,
    isCut: () => !complete,
    read: async (): Promise<void> => {
      const newest = lines[0]?.seq ?? 0;
      const fresh: MovementView[] = [];
      let cursor: string | null = null;
      do {
        const { data, nextCursor } = await calls.movements(id, cursor, signal);
        fresh.push(...data.filter(({ seq }) => seq > newest));
        cursor = data.some(({ seq }) => seq <= newest) ? null : nextCursor;
      } while (cursor !== null && fresh.length < linesMax);
      // A burst longer than the bound leaves a gap below it: what lies under that is let go.
      lines = (cursor === null ? [...fresh, ...lines] : fresh).slice(0, linesMax);
      complete = lines.at(-1)?.seq === 1;
    },
  };
};

/** The ledger as a running balance and line by line; it follows the product as it moves. */
export const createLedger = ({ id }: ProductView, context: ViewContext) => {
  const { signal } = context;
  const reader = createReader(id, context);
  const plots: Record<By, ReturnType<typeof plotOf>> = { time: plotOf('time', context), line: plotOf('line', context) };
  const table = linesTable();
  const cut = h('p', { class: 'quiet' });
  const box = h('div', { class: 'ledger' }, loading('the ledger'));
  const ways = (['time', 'line'] as const).map((way) => ({
    way,
    button: h('button', { type: 'button', onclick: () => choose(way) }, way === 'time' ? 'By time' : 'By line'),
  }));
  const switches = h(
    'div',
    { class: 'segments', role: 'group', 'aria-label': 'Axis' },
    ...ways.map(({ button }) => button),
  );
  let by: By = 'line';
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });

  const show = (): void => {
    const lines = reader.lines();
    const { xs, stock } = balanceOf(lines, by, Date.now());
    for (const { way, button } of ways) button.setAttribute('aria-pressed', String(way === by));
    plots[by].set([xs, stock], sentence(lines));
    table.set(lines.slice(0, shownLines));
    const all = reader.isCut()
      ? `The newest ${plural(lines.length, 'line')} are plotted; a report of the product has all. `
      : '';
    setText(cut, `${all}The table shows the newest ${plural(Math.min(shownLines, lines.length), 'line')}.`);
    if (!box.contains(plots[by].element)) fill(box, switches, plots[by].element, cut, table.element);
  };
  const choose = (way: By): void => {
    const focused = document.activeElement;
    by = way;
    show();
    if (focused instanceof HTMLElement) focused.focus();
  };
  const read = async (): Promise<void> => {
    try {
      await reader.read();
      if (!signal.aborted) show();
    } catch (error) {
      if (!signal.aborted)
        fill(
          box,
          failure(error, () => void read()),
        );
    } finally {
      timer = undefined;
    }
  };
  void read();
  return {
    element: panel('Ledger', box),
    /** Reads what is new, once for many movements. */
    moved: (): void => {
      timer ??= setTimeout(() => void read(), againMs);
    },
  };
};
