import { isManager, type View, type ViewContext } from '../app-context.js';
import type { OrderView } from '../api/types.js';
import { count, dateTime, money, words } from '../lib/format.js';
import { poll } from '../lib/poll.js';
import { hashOf } from '../lib/route.js';
import { confirmed } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { createFilters } from '../ui/filter-select.js';
import { heading } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { createPagedTable } from '../ui/paged-table.js';
import { statusPill } from '../ui/pill.js';
import type { Column } from '../ui/table.js';

const statuses = ['pending', 'confirmed', 'rejected', 'cancelled'] as const;
const everyMs = 4_000;

const itemsCell = ({ items }: OrderView): HTMLElement =>
  h(
    'ul',
    {},
    ...items.map(({ productId, quantity, name }) =>
      h('li', {}, `${count(quantity)} × `, h('a', { href: hashOf('products', productId) }, name)),
    ),
  );

const stateCell = ({ status, reason }: OrderView): HTMLElement[] => [
  statusPill(status),
  ...(reason === undefined ? [] : [h('span', { class: 'quiet block' }, words(reason))]),
];

const createCancel =
  ({ calls, messages, signal }: ViewContext, done: () => void) =>
  (order: OrderView): HTMLElement | null => {
    if (order.status !== 'pending' && order.status !== 'confirmed') return null;
    const text = 'What it has taken goes back on sale. This can’t be undone.';
    const cancel = async (): Promise<void> => {
      if (!(await confirmed({ title: 'Cancel this order?', text, confirm: 'Cancel the order', signal }))) return;
      try {
        const { data } = await calls.cancelOrder(order.id);
        messages.done(`Order ${data.status}`);
      } catch (error) {
        messages.failed(error);
      }
      done();
    };
    return h('button', { type: 'button', class: 'small', onclick: () => void cancel() }, 'Cancel');
  };

const columnsOf = (cancelOf: (order: OrderView) => HTMLElement | null): Column<OrderView>[] => [
  { title: 'Order', header: true, cell: itemsCell },
  { title: 'State', cell: stateCell },
  { title: 'Total', numeric: true, cell: ({ total, currency }) => money(total, currency) },
  { title: 'Placed', cell: ({ createdAt }) => dateTime(createdAt) },
  { title: 'What to do', actions: true, cell: cancelOf },
];

/** Orders with their state, which the service changes by itself: so the list is read again every few seconds. */
export const ordersView: View = (context) => {
  const { calls, route, signal } = context;
  const filters = createFilters('orders', route, [{ name: 'status', label: 'State', choices: statuses }], signal);
  const empty = (): HTMLElement =>
    filters.isFiltered
      ? notice({ kind: 'empty', title: 'No order in this state', text: 'Choose another one, or all.' })
      : notice({
          ...{ kind: 'empty', title: 'No orders yet' },
          text: h('span', {}, 'Open one of the ', h('a', { href: hashOf('products') }, 'products'), ' and place one.'),
        });
  const refresh = (): Promise<void> => table.refresh();
  const table = createPagedTable<OrderView>({
    caption: 'Orders',
    columns: columnsOf(createCancel(context, () => void refresh().catch(() => undefined))),
    keyOf: ({ id }) => id,
    noun: ['order', 'orders'],
    load: (cursor) => calls.orders(filters.values, cursor, signal),
    ...{ empty, signal },
  });
  poll({ everyMs, run: refresh, signal });
  const lead = isManager(context) ? 'Everybody’s, newest first.' : 'Yours, newest first.';
  return h('div', {}, heading('Orders', lead), filters.element, table.element);
};
