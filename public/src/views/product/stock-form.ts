import type { ViewContext } from '../../app-context.js';
import type { StockWish } from '../../api/calls.js';
import type { ProductView } from '../../api/types.js';
import { signed } from '../../lib/format.js';
import { fill, h } from '../../ui/dom.js';
import { textField, type Field } from '../../ui/field.js';
import { createForm, textIn, wholeNumberOf } from '../../ui/form.js';

const amountMax = 1_000_000_000;

interface Way {
  name: string;
  label: string;
  hint: string;
  reason: string;
  min: number;
  path: 'delta' | 'count';
  wish: (amount: number, reason: string) => StockWish;
}

const ways: readonly Way[] = [
  {
    ...{ name: 'Restock', label: 'Units that came in', hint: 'Added to what is there.', reason: 'Restock', min: 1 },
    ...{ path: 'delta', wish: (delta, reason) => ({ delta, reason }) },
  },
  {
    ...{
      name: 'Count',
      label: 'Units found',
      hint: 'What a stocktake has found becomes the stock.',
      reason: 'Stocktake',
    },
    ...{ min: 0, path: 'count', wish: (count, reason) => ({ count, reason }) },
  },
  {
    ...{ name: 'Adjust', label: 'Change', hint: 'As in -3 for three broken ones; never below zero.', reason: 'Broken' },
    ...{ min: -amountMax, path: 'delta', wish: (delta, reason) => ({ delta, reason }) },
  },
];

const formOf = (way: Way, { id, name }: ProductView, { calls, messages }: ViewContext): HTMLElement => {
  const amount = textField(
    { label: way.label, name: 'amount', hint: way.hint, paths: [way.path] },
    { inputmode: way.min < 0 ? 'text' : 'numeric' },
  );
  const reason = textField({ label: 'Reason', name: 'reason' }, { value: way.reason, maxlength: 200 });
  const fields: readonly Field[] = [amount, reason];
  const send = async (): Promise<void> => {
    const { data } = await calls.moveStock(id, way.wish(wholeNumberOf(amount, way.min, amountMax), textIn(reason)));
    amount.control.value = '';
    messages.done(`${name}: ${signed(data.movement.delta)}, now ${String(data.movement.stockAfter)}`);
  };
  return createForm({ fields, submit: way.name, send });
};

/** Restock, stocktake or correction, each a line of the ledger with its reason. */
export const createStockForm = (product: ProductView, context: ViewContext): HTMLElement => {
  const box = h('div', {});
  const buttons = ways.map((way) => h('button', { type: 'button', onclick: () => choose(way) }, way.name));
  const choose = (chosen: Way): void => {
    for (const [index, way] of ways.entries()) buttons[index]?.setAttribute('aria-pressed', String(way === chosen));
    fill(box, formOf(chosen, product, context));
  };
  const [first] = ways;
  if (first !== undefined) choose(first);
  return h(
    'div',
    { class: 'stack' },
    h('div', { class: 'segments', role: 'group', 'aria-label': 'Kind' }, ...buttons),
    box,
  );
};
