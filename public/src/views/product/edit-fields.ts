import { localFromIso, isoFromLocal, majorUnits, minorUnits } from '../../lib/format.js';
import type { Editable } from '../../lib/product-edit.js';
import { h } from '../../ui/dom.js';
import { areaField, textField, type Field } from '../../ui/field.js';
import { FormFault, textIn, wholeNumberOf } from '../../ui/form.js';
import { fieldLabels } from './conflict-table.js';

const amountMax = 1_000_000_000;

const optionalNumber = (field: Field, min: number): number | null =>
  field.control.value.trim() === '' ? null : wholeNumberOf(field, min, amountMax);

const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
];

const createFields = () => {
  const named = (name: keyof Editable, hint?: string) => ({
    ...{ label: fieldLabels[name], name },
    ...(hint === undefined ? {} : { hint }),
  });
  return {
    name: textField(named('name'), { maxlength: 200 }),
    sku: textField(named('sku'), { maxlength: 64 }),
    price: textField(named('price'), { inputmode: 'decimal' }),
    currency: textField(named('currency'), { maxlength: 3 }),
    perCustomerLimit: textField(named('perCustomerLimit', 'Empty for no limit.'), { inputmode: 'numeric' }),
    lowStockThreshold: textField(named('lowStockThreshold', 'Empty for never.'), { inputmode: 'numeric' }),
    saleStartsAt: textField(named('saleStartsAt'), { type: 'datetime-local', step: 1 }),
    saleEndsAt: textField(named('saleEndsAt'), { type: 'datetime-local', step: 1 }),
    tags: textField(named('tags', 'Separated by commas.')),
    description: areaField(named('description'), { maxlength: 5000 }),
  };
};

/** A time that was not touched keeps what the field does not show, its milliseconds. */
const momentOf = (field: Field, before: string | null): string | null => {
  const { value } = field.control;
  return value === localFromIso(before) ? before : isoFromLocal(value);
};

/** The fields of a product that people edit, filled with it. */
export const createEditFields = (product: Editable) => {
  const fields = createFields();
  const { name, sku, price, currency, perCustomerLimit, lowStockThreshold, saleStartsAt, saleEndsAt } = fields;
  const { tags, description } = fields;
  let written = product;

  const write = (values: Editable): void => {
    written = values;
    name.control.value = values.name;
    sku.control.value = values.sku;
    price.control.value = majorUnits(values.price, values.currency);
    currency.control.value = values.currency;
    perCustomerLimit.control.value = values.perCustomerLimit?.toString() ?? '';
    lowStockThreshold.control.value = values.lowStockThreshold?.toString() ?? '';
    saleStartsAt.control.value = localFromIso(values.saleStartsAt);
    saleEndsAt.control.value = localFromIso(values.saleEndsAt);
    tags.control.value = values.tags.join(', ');
    description.control.value = values.description;
  };
  /** @throws FormFault */
  const read = (): Editable => {
    const code = currency.control.value.trim().toUpperCase();
    const minor = minorUnits(price.control.value, code);
    if (Number.isNaN(minor)) throw new FormFault([{ path: 'price', message: 'must be an amount, as in 19.99' }]);
    return {
      ...{ name: textIn(name), sku: textIn(sku), price: minor, currency: code },
      lowStockThreshold: optionalNumber(lowStockThreshold, 0),
      perCustomerLimit: optionalNumber(perCustomerLimit, 1),
      saleStartsAt: momentOf(saleStartsAt, written.saleStartsAt),
      saleEndsAt: momentOf(saleEndsAt, written.saleEndsAt),
      tags: tagsOf(tags.control.value),
      description: description.control.value,
    };
  };
  write(product);
  const row = (...of: readonly Field[]): HTMLElement =>
    h('div', { class: 'columns' }, ...of.map(({ element }) => element));
  return {
    fields: Object.values(fields),
    layout: [
      row(name, sku),
      row(price, currency, perCustomerLimit, lowStockThreshold),
      row(saleStartsAt, saleEndsAt),
      row(tags),
      description.element,
    ],
    ...{ read, write },
  };
};
