import { isManager, type View } from '../app-context.js';
import type { PurchaseView } from '../api/types.js';
import { count, dateTime, money } from '../lib/format.js';
import { hashOf } from '../lib/route.js';
import { h } from '../ui/dom.js';
import { heading } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { createPagedTable } from '../ui/paged-table.js';

/** What was bought, line by line of the ledger. */
export const purchasesView: View = (context) => {
  const { calls, signal } = context;
  const table = createPagedTable<PurchaseView>({
    caption: 'Purchases',
    columns: [
      { title: 'Purchase', header: true, cell: ({ id }) => h('code', {}, id.slice(-12)) },
      { title: 'Product', cell: ({ productId }) => h('a', { href: hashOf('products', productId) }, 'Open') },
      { title: 'Quantity', numeric: true, cell: ({ quantity }) => count(quantity) },
      { title: 'Total', numeric: true, cell: ({ total, currency }) => money(total, currency) },
      { title: 'Left after it', numeric: true, cell: ({ stockAfter }) => count(stockAfter) },
      { title: 'When', cell: ({ createdAt }) => dateTime(createdAt) },
    ],
    keyOf: ({ id }) => id,
    noun: ['purchase', 'purchases'],
    load: (cursor) => calls.purchases({}, cursor, signal),
    empty: () =>
      notice({
        ...{ kind: 'empty', title: 'Nothing bought yet' },
        text: h('span', {}, 'Open one of the ', h('a', { href: hashOf('products') }, 'products'), ' and buy.'),
      }),
    signal,
  });
  void table.refresh().catch(() => undefined);
  const again = (): void => void table.refresh().catch(() => undefined);
  const button = h('button', { type: 'button', onclick: again }, 'Read again');
  const lead = isManager(context) ? 'Everybody’s, newest first.' : 'Yours, newest first.';
  return h('div', {}, heading('Purchases', lead, button), table.element);
};
