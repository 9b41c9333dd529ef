import { words } from '../lib/format.js';
import { hashOf, type Route, type ViewName } from '../lib/route.js';
import { h } from './dom.js';
import { selectField, textField, type Field } from './field.js';

export interface Filter {
  name: string;
  label: string;
  /** What can be chosen; a filter without is typed. */
  choices?: readonly string[];
}

const typingMs = 400;

const fieldOf = ({ name, label, choices }: Filter, value: string): Field => {
  if (choices === undefined) return textField({ label, name }, { type: 'search', value, maxlength: 100 });
  return selectField(
    { label, name },
    [['', 'All'], ...choices.map((choice) => [choice, words(choice)] as const)],
    value,
  );
};

/** Filters of a list, which live in the address: going back finds them, and a link carries them. */
export const createFilters = (view: ViewName, { query }: Route, filters: readonly Filter[], signal: AbortSignal) => {
  const fields = filters.map((filter) => ({ filter, field: fieldOf(filter, query.get(filter.name) ?? '') }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = (): void => {
    const chosen = fields.map(({ filter, field }) => [filter.name, field.control.value.trim()] as const);
    location.replace(hashOf(view, null, Object.fromEntries(chosen)));
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(go, typingMs);
  };
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  for (const { filter, field } of fields) {
    if (filter.choices === undefined) field.control.addEventListener('input', soon);
    else field.control.addEventListener('change', go);
  }
  const onsubmit = (event: Event): void => {
    event.preventDefault();
    go();
  };
  return {
    element: h('form', { class: 'filters', role: 'search', onsubmit }, ...fields.map(({ field }) => field.element)),
    values: Object.fromEntries(filters.map(({ name }) => [name, query.get(name) ?? ''])),
    isFiltered: filters.some(({ name }) => (query.get(name) ?? '') !== ''),
  };
};
