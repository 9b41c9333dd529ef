import { isManager, type View, type ViewContext } from '../app-context.js';
import type { ProductView } from '../api/types.js';
import { count, dateTime, money } from '../lib/format.js';
import { hashOf } from '../lib/route.js';
import { createLevels } from '../live/levels.js';
import { fill, h, setText, type Child } from '../ui/dom.js';
import { heading, panel } from '../ui/heading.js';
import { remote } from '../ui/remote.js';
import { createStockCell } from '../ui/stock-cell.js';
import { productPill } from './product-state.js';
import { createAudit } from './product/audit.js';
import { createBuy } from './product/buy.js';
import { openEdit } from './product/edit.js';
import { createLedger } from './product/ledger.js';
import { createStockForm } from './product/stock-form.js';

const fact = (title: string, value: Child): HTMLElement => h('div', {}, h('dt', {}, title), h('dd', {}, value));

const limitsOf = ({ perCustomerLimit, lowStockThreshold, saleStartsAt, saleEndsAt }: ProductView): HTMLElement[] => [
  ...(perCustomerLimit === null ? [] : [fact('A customer at most', count(perCustomerLimit))]),
  ...(lowStockThreshold === null ? [] : [fact('Low at', count(lowStockThreshold))]),
  ...(saleStartsAt === null ? [] : [fact('Sale opens', dateTime(saleStartsAt))]),
  ...(saleEndsAt === null ? [] : [fact('Sale ends', dateTime(saleEndsAt))]),
];

/** The numbers of a product, as they are this moment. */
const createFigures = (product: ProductView, { stock, signal }: ViewContext, moved: () => void): HTMLElement => {
  const cell = createStockCell(product, product.lowStockThreshold);
  const reserved = h('span', {}, count(product.reserved));
  const sold = h('span', {}, count(product.sold));
  const state = h('span', {}, productPill(product, Date.now()));
  createLevels({ stock, signal, unknown: (id) => id === null && moved() }).show(product.id, product.seq, (level) => {
    cell.set(level);
    setText(reserved, count(level.reserved));
    setText(sold, count(level.sold));
    fill(state, productPill({ ...product, ...level }, Date.now()));
    moved();
  });
  return h(
    'dl',
    { class: 'facts product-facts' },
    ...[fact('Left', cell.element), fact('Held', reserved), fact('Sold', sold), fact('State', state)],
    fact('Price', money(product.price, product.currency)),
    ...limitsOf(product),
  );
};

const headOf = (product: ProductView, context: ViewContext, reload: () => void): HTMLElement => {
  const open = (): void => openEdit({ product, context, saved: reload });
  const edit = isManager(context) && h('button', { type: 'button', onclick: open }, 'Edit');
  const report =
    isManager(context) && h('a', { class: 'button', href: hashOf('reports', null, { product: product.id }) }, 'Report');
  return heading(product.name, [product.sku, ...product.tags].join(' · '), edit, report);
};

const pageOf = (product: ProductView, context: ViewContext, reload: () => void): HTMLElement[] => {
  const ledger = isManager(context) ? createLedger(product, context) : null;
  const audit = isManager(context) ? createAudit(product.id, context) : null;
  const figures = createFigures(product, context, () => ledger?.moved());
  const { description } = product;
  return [
    headOf(product, context, reload),
    h(
      'div',
      { class: 'side' },
      h(
        'div',
        { class: 'stack' },
        h('div', { class: 'panel' }, figures, description !== '' && h('p', { class: 'description' }, description)),
        ledger?.element ?? null,
      ),
      h(
        'div',
        { class: 'stack' },
        panel('Buy', createBuy(product, context)),
        isManager(context) && panel('Move stock', createStockForm(product, context)),
        audit,
      ),
    ),
  ];
};

/** One product: its numbers live, what one can do with it, and for managers its ledger and the audit. */
export const productView: View = (context) => {
  const id = context.route.id ?? '';
  const back = h('p', { class: 'back' }, h('a', { href: hashOf('products') }, 'All products'));
  const box = h('div', {}, heading('Product'));
  // What a version of the product has running ends when a newer one is drawn.
  let drawing = new AbortController();
  context.signal.addEventListener('abort', () => drawing.abort(), { once: true });
  const reload = remote(box, {
    what: 'the product',
    signal: context.signal,
    load: async (signal) => (await context.calls.product(id, signal)).data,
    show: (product) => {
      drawing.abort();
      drawing = new AbortController();
      document.title = `${product.name} · Stockroom`;
      return pageOf(product, { ...context, signal: drawing.signal }, () => void reload());
    },
  });
  context.stock.follow((event) => {
    if (event.kind === 'removed' && event.id === id) void reload();
  }, context.signal);
  return h('div', {}, back, box);
};
