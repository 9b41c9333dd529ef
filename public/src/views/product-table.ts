import type { ViewContext } from '../app-context.js';
import type { Answer } from '../api/client.js';
import type { ProductView } from '../api/types.js';
import { count, money } from '../lib/format.js';
import { hashOf } from '../lib/route.js';
import { createLevels } from '../live/levels.js';
import { fill, h, setText } from '../ui/dom.js';
import { notice } from '../ui/notice.js';
import { createPagedTable, type PagedTable } from '../ui/paged-table.js';
import { createStockCell } from '../ui/stock-cell.js';
import type { Column } from '../ui/table.js';
import { productPill } from './product-state.js';

export interface ProductTableOptions {
  load: (cursor: string | null, signal: AbortSignal) => Promise<Answer<ProductView[]>>;
  empty: () => HTMLElement;
}

const reloadWaitMs = 1_000;

const nameCell = ({ id, name, sku, tags }: ProductView): HTMLElement[] => [
  h('a', { href: hashOf('products', id), class: 'row-link' }, name),
  h('span', { class: 'quiet block' }, [sku, ...tags].join(' · ')),
];

/** Reads the list anew when products come or go, once for many of them. */
const createReload = (table: () => PagedTable, signal: AbortSignal) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void table()
        .refresh()
        .catch(() => undefined);
    }, reloadWaitMs);
  };
};

/** Products with their stock as it is this moment. */
export const createProductTable = (context: ViewContext, { load, empty }: ProductTableOptions): PagedTable => {
  const { signal, stock, messages } = context;
  const reload = createReload(() => table, signal);
  const names = new Map<string, string>();
  const levels = createLevels({ stock, signal, unknown: (id) => id === null && reload(), removed: reload });

  stock.follow((event) => {
    if (event.kind !== 'level' || event.crossing === null) return;
    const name = names.get(event.level.id);
    const said = { sold_out: 'is sold out', low: 'is nearly gone', back_in_stock: 'is back in stock' }[event.crossing];
    if (name !== undefined) messages.announce(`${name} ${said}`);
  }, signal);

  // The three cells of a row that move are made together, and brought up to date together.
  const moving = new WeakMap<ProductView, { stock: HTMLElement; sold: HTMLElement; state: HTMLElement }>();
  const movingOf = (product: ProductView) => {
    const known = moving.get(product);
    if (known !== undefined) return known;
    const cell = createStockCell(product, product.lowStockThreshold);
    const sold = h('span', {}, count(product.sold));
    const state = h('span', {}, productPill(product, Date.now()));
    const made = { stock: cell.element, sold, state };
    moving.set(product, made);
    names.set(product.id, product.name);
    levels.show(product.id, product.seq, (level) => {
      cell.set(level);
      setText(sold, count(level.sold));
      fill(state, productPill({ ...product, ...level }, Date.now()));
    });
    return made;
  };
  const columns: readonly Column<ProductView>[] = [
    { title: 'Product', header: true, cell: nameCell },
    { title: 'State', cell: (product) => movingOf(product).state },
    { title: 'Price', numeric: true, cell: ({ price, currency }) => money(price, currency) },
    { title: 'Left', numeric: true, cell: (product) => movingOf(product).stock },
    { title: 'Sold', numeric: true, cell: (product) => movingOf(product).sold },
  ];
  const table = createPagedTable<ProductView>({
    caption: 'Products and their stock, live',
    ...{ columns, load, empty, signal },
    keyOf: ({ id }) => id,
    noun: ['product', 'products'],
  });
  return table;
};

/** Stands where a filter leaves nothing. */
export const nothingFound = (): HTMLElement =>
  notice({ kind: 'empty', title: 'Nothing found', text: 'No product fits. Try fewer words, or take the filter away.' });
