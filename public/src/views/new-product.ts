import type { ViewContext } from '../app-context.js';
import { minorUnits } from '../lib/format.js';
import { hashOf } from '../lib/route.js';
import { openDialog } from '../ui/dialog.js';
import { textField } from '../ui/field.js';
import { createForm, FormFault, textIn, wholeNumberOf } from '../ui/form.js';

const unitsMax = 1_000_000_000;

/** The form of a new product, which opens on its own page once the service has made it. */
export const openNewProduct = ({ calls, messages, signal }: ViewContext): void => {
  const name = textField({ label: 'Name', name: 'name' }, { maxlength: 200, required: true });
  const price = textField({ label: 'Price', name: 'price' }, { inputmode: 'decimal', value: '19.99' });
  const currency = textField({ label: 'Currency', name: 'currency' }, { value: 'USD', maxlength: 3, size: 4 });
  const stock = textField({ label: 'Units to begin with', name: 'stock' }, { inputmode: 'numeric', value: '100' });
  const send = async (): Promise<void> => {
    const code = currency.control.value.trim().toUpperCase();
    const minor = minorUnits(price.control.value, code);
    if (Number.isNaN(minor)) throw new FormFault([{ path: 'price', message: 'must be an amount, as in 19.99' }]);
    const body = { name: textIn(name), price: minor, currency: code, stock: wholeNumberOf(stock, 0, unitsMax) };
    const { data } = await calls.createProduct(body);
    messages.done(`${data.name} is on sale`);
    close();
    location.assign(hashOf('products', data.id));
  };
  const fields = [name, price, currency, stock];
  const close = openDialog({ title: 'New product', content: [createForm({ fields, submit: 'Create', send })], signal });
};
