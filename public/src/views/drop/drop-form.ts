import type { DropWish } from '../../api/types.js';
import { h } from '../../ui/dom.js';
import { textField } from '../../ui/field.js';
import { createForm, FormFault, wholeNumberOf } from '../../ui/form.js';

const bounds = { buyers: 1_000, units: 100_000, seconds: 30 } as const;

export interface DropFormOptions {
  /** Settles when the drop is over. */
  run: (wish: DropWish) => Promise<void>;
  stop: HTMLElement;
}

/** What a drop is to be: how many buyers, how much there is, and over how long they come. */
export const createDropForm = ({ run, stop }: DropFormOptions): HTMLElement => {
  const number = { inputmode: 'numeric', maxlength: 6 };
  const buyers = textField({ label: 'Buyers', name: 'buyers', hint: 'Up to 1,000.' }, { ...number, value: 300 });
  const units = textField({ label: 'Units', name: 'units', hint: 'Up to 100,000.' }, { ...number, value: 100 });
  const over = { label: 'Seconds', name: 'seconds', hint: 'Over which they come; 0: all at once.' };
  const seconds = textField(over, { inputmode: 'decimal', maxlength: 4, value: 3 });
  const called = { label: 'Name', name: 'name', hint: 'Of the demo product; may be empty.' };
  const name = textField(called, { maxlength: 200 });
  const fields = [buyers, units, seconds, name];
  const wish = (): DropWish => {
    const span = Number(seconds.control.value.trim().replace(',', '.') || NaN);
    if (!(span >= 0 && span <= bounds.seconds))
      throw new FormFault([{ path: 'seconds', message: 'must be from 0 to 30' }]);
    const title = name.control.value.trim();
    return {
      buyers: wholeNumberOf(buyers, 1, bounds.buyers),
      units: wholeNumberOf(units, 1, bounds.units),
      seconds: span,
      ...(title === '' ? {} : { name: title }),
    };
  };
  const layout = [h('div', { class: 'columns' }, ...fields.map(({ element }) => element))];
  return createForm({ fields, layout, submit: 'Run the drop', actions: [stop], send: () => run(wish()) });
};
