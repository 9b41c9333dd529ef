import { h, setText, uniqueId, type Props } from './dom.js';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface Field<C extends Control = Control> {
  element: HTMLElement;
  control: C;
  /** The names under which the API may call it faulty. */
  paths: readonly string[];
  /** Says what is wrong with it; an empty text takes that back. */
  setFault: (text: string) => void;
}

export interface FieldOptions {
  label: string;
  name: string;
  hint?: string;
  /** Where the API calls it otherwise. */
  paths?: readonly string[];
}

const around = <C extends Control>(control: C, { label, name, hint, paths = [name] }: FieldOptions): Field<C> => {
  const id = uniqueId(name);
  const fault = h('p', { class: 'fault', id: `${id}-fault`, hidden: true });
  control.id = id;
  control.setAttribute('name', name);
  const described = hint === undefined ? `${id}-fault` : `${id}-hint ${id}-fault`;
  control.setAttribute('aria-describedby', described);
  const element = h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    control,
    hint !== undefined && h('p', { class: 'hint', id: `${id}-hint` }, hint),
    fault,
  );
  return {
    ...{ element, control, paths },
    setFault: (text) => {
      setText(fault, text);
      fault.hidden = text === '';
      if (text === '') control.removeAttribute('aria-invalid');
      else control.setAttribute('aria-invalid', 'true');
    },
  };
};

/** A line to type into, or a number, a time and so on by its `type`. */
export const textField = (options: FieldOptions, props: Props = {}): Field<HTMLInputElement> =>
  around(h('input', { type: 'text', autocomplete: 'off', ...props }), options);

export const areaField = (options: FieldOptions, props: Props = {}): Field<HTMLTextAreaElement> =>
  around(h('textarea', { rows: 3, ...props }), options);

/** A choice of a few; each choice is what it sends and what it is called. */
export const selectField = (
  options: FieldOptions,
  choices: readonly (readonly [string, string])[],
  chosen = '',
): Field<HTMLSelectElement> => {
  const items = choices.map(([value, text]) => h('option', { value, selected: value === chosen }, text));
  return around(h('select', {}, ...items), options);
};
