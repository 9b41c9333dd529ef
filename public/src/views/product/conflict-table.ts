import { majorUnits, none } from '../../lib/format.js';
import type { Conflict, EditedField } from '../../lib/product-edit.js';
import { createTable } from '../../ui/table.js';

/** What the form calls them. */
export const fieldLabels: Readonly<Record<EditedField, string>> = {
  name: 'Name',
  sku: 'SKU',
  description: 'Description',
  price: 'Price',
  currency: 'Currency',
  lowStockThreshold: 'Low at',
  perCustomerLimit: 'A customer at most',
  saleStartsAt: 'Sale opens',
  saleEndsAt: 'Sale ends',
  tags: 'Tags',
};

const shown = (field: EditedField, value: unknown, currency: string): string => {
  if (field === 'price' && typeof value === 'number') return majorUnits(value, currency);
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : none;
};

/** The fields that both have changed: the newer version beside what was typed here. */
export const conflictTable = (conflicts: readonly Conflict[], currency: string): HTMLElement => {
  const table = createTable<Conflict>({
    caption: 'Fields that both have changed',
    keyOf: ({ field }) => field,
    columns: [
      { title: 'Field', header: true, cell: ({ field }) => fieldLabels[field] },
      { title: 'Newer version', cell: ({ field, theirs }) => shown(field, theirs, currency) },
      { title: 'Yours', cell: ({ field, mine }) => shown(field, mine, currency) },
    ],
  });
  table.set(conflicts);
  return table.element;
};
