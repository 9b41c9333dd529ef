import type { ViewContext } from '../../app-context.js';
import type { ProductView } from '../../api/types.js';
import { money, plural } from '../../lib/format.js';
import { hashOf } from '../../lib/route.js';
import { fill, h } from '../../ui/dom.js';
import { textField } from '../../ui/field.js';
import { createForm, wholeNumberOf } from '../../ui/form.js';
import { notice } from '../../ui/notice.js';

const quantityMax = 1_000_000;

/** Buys at once, or places an order, which is confirmed or rejected a moment later. The price shown is the one that is agreed to. */
export const createBuy = (product: ProductView, { calls, session }: ViewContext): HTMLElement => {
  if (session.state.get() === null) {
    return h('p', {}, h('a', { href: hashOf('sign-in') }, 'Sign in'), ' to buy.');
  }
  const { id, price } = product;
  const quantity = textField({ label: 'Quantity', name: 'quantity' }, { inputmode: 'numeric', value: 1 });
  const result = h('div', { role: 'status' });
  const wanted = (): number => wholeNumberOf(quantity, 1, quantityMax);
  const buy = async (): Promise<void> => {
    fill(result);
    const { data } = await calls.purchase(id, wanted(), price);
    const text = `${plural(data.quantity, 'unit')} for ${money(data.total, data.currency)}. ${plural(data.stockAfter, 'unit')} left after it.`;
    fill(result, notice({ kind: 'good', title: 'Bought', text }));
  };
  const order = async (): Promise<void> => {
    fill(result);
    const { data } = await calls.order(id, wanted(), price);
    const link = h('a', { href: hashOf('orders') }, 'See your orders');
    fill(result, notice({ kind: 'info', title: `Order ${data.status}`, text: link }));
  };
  let send = buy;
  const ordering = h('button', { type: 'submit', onclick: () => (send = order) }, 'Place an order');
  const form = createForm({
    ...{ fields: [quantity], submit: 'Buy now', actions: [ordering] },
    send: async () => {
      const now = send;
      send = buy;
      await now();
    },
  });
  return h('div', { class: 'stack' }, form, result);
};
