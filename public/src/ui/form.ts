import { adviceOf, faultsOf, isCalledOff, type FieldFault } from '../api/api-error.js';
import { fill, h, setText, type Child } from './dom.js';
import type { Field } from './field.js';

export interface FormOptions {
  fields: readonly Field[];
  submit: string;
  /** How it looks; `primary` when it is not said. */
  kind?: 'primary' | 'danger';
  /** Beside the button that sends it. */
  actions?: readonly HTMLElement[];
  /** Sends it. What it throws is shown at the fields that it names, or above the buttons; what was typed stays. */
  send: () => Promise<void>;
  /** Instead of the fields one below the other. */
  layout?: readonly Child[];
  class?: string;
}

/** Faults that the page itself finds are thrown as this. */
export class FormFault extends Error {
  readonly faults: readonly FieldFault[];
  constructor(faults: readonly FieldFault[]) {
    super('The form is not complete');
    this.faults = faults;
  }
}

const shownFaults = (error: unknown): readonly FieldFault[] =>
  error instanceof FormFault ? error.faults : faultsOf(error);

/** A form that says what is wrong where it is wrong, and can't be sent twice at a time. */
export const createForm = ({ fields, submit, send, actions = [], ...look }: FormOptions): HTMLFormElement => {
  const button = h('button', { type: 'submit', class: look.kind ?? 'primary' }, submit);
  const problem = h('div', { class: 'problem', role: 'alert' });
  let sending = false;

  const showFaults = (error: unknown): void => {
    const faults = shownFaults(error);
    const left = faults.filter(({ path, message }) => {
      const field = fields.find(({ paths }) => paths.includes(path.split('.')[0] ?? ''));
      field?.setFault(message);
      return field === undefined;
    });
    const general =
      faults.length === 0 ? adviceOf(error) : left.map(({ path, message }) => `${path} ${message}`).join('; ');
    if (general !== '') fill(problem, h('p', {}, general));
    fields.find(({ control }) => control.getAttribute('aria-invalid') === 'true')?.control.focus();
  };

  const run = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    button.setAttribute('aria-disabled', 'true');
    setText(button, `${submit}…`);
    fill(problem);
    for (const field of fields) field.setFault('');
    try {
      await send();
    } catch (error) {
      if (!isCalledOff(error)) showFaults(error);
    } finally {
      sending = false;
      button.removeAttribute('aria-disabled');
      setText(button, submit);
    }
  };

  const onsubmit = (event: Event): void => {
    event.preventDefault();
    void run();
  };
  const content = look.layout ?? fields.map(({ element }) => element);
  return h(
    'form',
    { novalidate: true, onsubmit, class: `form ${look.class ?? ''}`.trim() },
    ...content,
    problem,
    h('div', { class: 'actions' }, button, ...actions),
  );
};

/** A whole number that was typed. @throws FormFault */
export const wholeNumberOf = (field: Field, min: number, max: number): number => {
  const text = field.control.value.trim();
  const value = /^-?\d{1,12}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  const message = `must be a whole number from ${String(min)} to ${String(max)}`;
  throw new FormFault([{ path: field.paths[0] ?? '', message }]);
};

/** A line that was typed. @throws FormFault when it is empty */
export const textIn = (field: Field): string => {
  const text = field.control.value.trim();
  if (text !== '') return text;
  throw new FormFault([{ path: field.paths[0] ?? '', message: 'must not be empty' }]);
};
