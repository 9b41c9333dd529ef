import type { ViewContext } from '../app-context.js';
import type { ReportWish } from '../api/calls.js';
import { isoFromLocal } from '../lib/format.js';
import { fill, h, uniqueId } from '../ui/dom.js';
import { selectField, textField } from '../ui/field.js';
import { createForm, textIn } from '../ui/form.js';

const types = [
  ['stock', 'Stock: what there is now'],
  ['sales', 'Sales in a time'],
  ['product', 'One product'],
] as const;

/** More are not offered by name. */
const offeredMax = 100;

/** Asks for a report; the fields that its kind has no use for are hidden. */
export const createReportForm = ({ calls, messages, route, signal }: ViewContext, asked: () => void): HTMLElement => {
  const productId = route.query.get('product') ?? '';
  const type = selectField({ label: 'Kind', name: 'type' }, types, productId === '' ? 'stock' : 'product');
  const names = h('datalist', { id: uniqueId('products') });
  const hint = 'Its id; type a name to find it.';
  const product = textField(
    { label: 'Product', name: 'productId', hint },
    { value: productId, spellcheck: 'false', list: names.id },
  );
  const from = textField(
    { label: 'From', name: 'from', hint: 'Empty: from the beginning.' },
    { type: 'datetime-local' },
  );
  const to = textField(
    { label: 'To, not included', name: 'to', hint: 'Empty: until now.' },
    { type: 'datetime-local' },
  );
  const show = (): void => {
    const kind = type.control.value;
    product.element.hidden = kind !== 'product';
    from.element.hidden = kind === 'stock';
    to.element.hidden = kind === 'stock';
  };
  const offer = async (): Promise<void> => {
    const { data } = await calls.products({ sort: 'name', limit: offeredMax }, null, signal);
    fill(names, ...data.map(({ id, name }) => h('option', { value: id }, name)));
  };
  type.control.addEventListener('change', show);
  // Without it an id can be typed all the same.
  void offer().catch(() => undefined);
  show();

  const wish = (): ReportWish => {
    const kind = types.map(([name]) => name).find((name) => name === type.control.value) ?? 'stock';
    if (kind === 'stock') return { type: kind };
    const start = isoFromLocal(from.control.value);
    const end = isoFromLocal(to.control.value);
    return {
      type: kind,
      ...(kind === 'product' ? { productId: textIn(product) } : {}),
      ...(start === null ? {} : { from: start }),
      ...(end === null ? {} : { to: end }),
    };
  };
  const send = async (): Promise<void> => {
    await calls.requestReport(wish());
    messages.done('The report is queued');
    asked();
  };
  const fields = [type, product, from, to];
  const layout = [...fields.map(({ element }) => element), names];
  return createForm({ fields, layout, submit: 'Make the report', send });
};
