import { duration, words } from '../../lib/format.js';
import { kindOf, type DropRun, type OutcomeKind } from '../../lib/drop-run.js';
import type { DropBuyer } from '../../api/types.js';
import { fill, h, setText } from '../../ui/dom.js';

/** Shapes beside the colours. */
const shapes: Readonly<Record<OutcomeKind, string>> = { won: '●', refused: '–', failed: '✕' };

const describe = ({ n, outcome, atMs, tookMs }: DropBuyer): string =>
  `Buyer ${String(n)}: ${outcome === 'won' ? 'won' : words(outcome).toLowerCase()}, came after ${duration(atMs)}, answered in ${duration(tookMs)}`;

const legend = (): HTMLElement =>
  h(
    'ul',
    { class: 'legend' },
    ...(['won', 'refused', 'failed'] as const).map((kind) =>
      h(
        'li',
        {},
        h('span', { class: 'cell-mark', 'data-kind': kind, 'aria-hidden': 'true' }, shapes[kind]),
        words(kind),
      ),
    ),
  );

const row = (buyer: DropBuyer): HTMLElement => {
  const outcome = buyer.outcome === 'won' ? 'won' : words(buyer.outcome).toLowerCase();
  return h(
    'tr',
    {},
    h('th', { scope: 'row', class: 'number' }, buyer.n),
    h('td', {}, outcome),
    h('td', { class: 'number' }, duration(buyer.atMs)),
    h('td', { class: 'number' }, duration(buyer.tookMs)),
  );
};

/** Every buyer by number, drawn only once somebody opens it and the drop is over. */
const createBuyerTable = (buyers: () => DropRun['buyers']) => {
  const body = h('tbody');
  const titles = ['Buyer', 'Outcome', 'Came after', 'Took'].map((text) => h('th', { scope: 'col' }, text));
  const table = h(
    'table',
    {},
    h('caption', { class: 'sr-only' }, 'Buyers'),
    h('thead', {}, h('tr', {}, ...titles)),
    body,
  );
  const scroll = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Buyers as a table' }, table);
  const draw = (): void => {
    if (!element.open) return;
    fill(body, ...[...buyers().values()].sort((a, b) => a.n - b.n).map(row));
  };
  const element = h('details', { class: 'plot-table', ontoggle: draw }, h('summary', {}, 'Show as a table'), scroll);
  return { element, draw };
};

/** A cell for each buyer, in the order of their numbers: who won, who was refused. */
export const createBuyerGrid = () => {
  const grid = h('div', { class: 'buyers', role: 'img', 'aria-label': 'Each buyer' });
  const readout = h('p', { class: 'readout quiet', 'aria-hidden': 'true' });
  let cells: HTMLElement[] = [];
  let run: DropRun | null = null;
  const drawn = new Set<number>();
  const table = createBuyerTable(() => run?.buyers ?? new Map<number, DropBuyer>());

  const point = (event: Event): void => {
    const index = event.target instanceof HTMLElement ? cells.indexOf(event.target) : -1;
    const buyer = run?.buyers.get(index + 1);
    setText(readout, buyer === undefined ? '' : describe(buyer));
  };
  grid.addEventListener('pointerover', point);
  grid.addEventListener('pointerdown', point);

  return {
    element: h('div', { class: 'buyer-grid' }, legend(), grid, readout, table.element),
    begin: (buyers: number): void => {
      cells = Array.from({ length: buyers }, () => h('span', {}));
      drawn.clear();
      fill(grid, ...cells);
      grid.dataset['size'] = buyers > 400 ? 'small' : 'large';
    },
    show: (next: DropRun): void => {
      run = next;
      for (const [n, { outcome }] of next.buyers) {
        const cell = cells[n - 1];
        if (cell === undefined || drawn.has(n)) continue;
        drawn.add(n);
        const kind = kindOf(outcome);
        cell.dataset['kind'] = kind;
        cell.textContent = shapes[kind];
      }
      if (next.result === null) return;
      const { won, refused, failed } = next.result;
      grid.setAttribute(
        'aria-label',
        `Each buyer: ${String(won)} won, ${String(refused)} refused, ${String(failed)} failed`,
      );
      table.draw();
    },
  };
};
