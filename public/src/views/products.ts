import { isManager, type View, type ViewContext } from '../app-context.js';
import { hashOf } from '../lib/route.js';
import { h } from '../ui/dom.js';
import { selectField, textField } from '../ui/field.js';
import { heading } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { openNewProduct } from './new-product.js';
import { createProductTable, nothingFound } from './product-table.js';

const sorts = [
  ['-createdAt', 'Newest first'],
  ['name', 'Name'],
  ['-name', 'Name, backwards'],
  ['stock', 'Least left'],
  ['-stock', 'Most left'],
  ['price', 'Cheapest'],
  ['-price', 'Dearest'],
] as const;

const typingMs = 300;

const isByName = (order: string): boolean => order === 'name' || order === '-name';

/** What the list asks for: words are looked up by name alone, so that another order would be refused beside them. */
const filtersOf = ({ route }: ViewContext): Record<string, string> => {
  const q = route.query.get('q') ?? '';
  const wanted = route.query.get('sort') ?? '-createdAt';
  const sort = q === '' || isByName(wanted) ? wanted : 'name';
  return { q, sort, inStock: route.query.get('inStock') ?? '' };
};

/** The filters live in the address, so that going back finds them as they were. */
const filterForm = (context: ViewContext): HTMLElement => {
  const { route, signal } = context;
  const q = route.query.get('q') ?? '';
  const search = textField({ label: 'Search', name: 'q' }, { type: 'search', value: q, maxlength: 200 });
  const choices = q === '' ? sorts : sorts.filter(([order]) => isByName(order));
  const sort = selectField({ label: 'Sort', name: 'sort' }, choices, filtersOf(context)['sort']);
  const inStock = h('input', { type: 'checkbox', id: 'in-stock', checked: route.query.get('inStock') === 'true' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = (): void => {
    const filters = {
      q: search.control.value.trim(),
      sort: sort.control.value,
      inStock: inStock.checked ? 'true' : '',
    };
    location.replace(hashOf('products', null, filters));
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(go, typingMs);
  };
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  search.control.addEventListener('input', soon);
  sort.control.addEventListener('change', go);
  inStock.addEventListener('change', go);
  const check = h('div', { class: 'check' }, inStock, h('label', { for: 'in-stock' }, 'In stock only'));
  const onsubmit = (event: Event): void => {
    event.preventDefault();
    go();
  };
  return h('form', { class: 'filters', role: 'search', onsubmit }, search.element, sort.element, check);
};

/** The catalogue, with its stock as it is this moment. */
export const productsView: View = (context) => {
  const { calls } = context;
  const filters = filtersOf(context);
  const isFiltered = filters['q'] !== '' || filters['inStock'] !== '';
  const open = (): void => openNewProduct(context);
  const create = (): HTMLElement => h('button', { type: 'button', class: 'primary', onclick: open }, 'New product');
  const nothingYet = (): HTMLElement =>
    notice({
      ...{ kind: 'empty', title: 'No products yet' },
      text: isManager(context)
        ? 'Make the first one: it is on sale at once.'
        : 'As soon as there is one, it shows here.',
      actions: isManager(context) ? [create()] : [],
    });
  const table = createProductTable(context, {
    load: (cursor, signal) => calls.products(filters, cursor, signal),
    empty: isFiltered ? nothingFound : nothingYet,
  });
  void table.refresh().catch(() => undefined);
  return h(
    'div',
    {},
    heading('Products', 'Stock as it is this moment.', isManager(context) && create()),
    filterForm(context),
    table.element,
  );
};
