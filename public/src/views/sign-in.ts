import type { View } from '../app-context.js';
import { hashOf } from '../lib/route.js';
import { fill, h, setText } from '../ui/dom.js';
import { textField } from '../ui/field.js';
import { createForm, textIn } from '../ui/form.js';
import { notice } from '../ui/notice.js';

const emailField = () =>
  textField({ label: 'E-mail', name: 'email' }, { type: 'email', autocomplete: 'username', inputmode: 'email' });

const passwordField = (isNew: boolean) =>
  textField(
    { label: 'Password', name: 'password', ...(isNew ? { hint: 'At least 8 characters.' } : {}) },
    { type: 'password', autocomplete: isNew ? 'new-password' : 'current-password' },
  );

/** Sign in, or make an account; either way the page goes on where somebody wanted to be. */
export const signInView: View = ({ session, route }) => {
  const signIn = (): HTMLElement => {
    const email = emailField();
    const password = passwordField(false);
    const send = () => session.signIn(email.control.value.trim(), password.control.value);
    return createForm({ fields: [email, password], submit: 'Sign in', send });
  };
  const register = (): HTMLElement => {
    const name = textField({ label: 'Name', name: 'name' }, { autocomplete: 'name', maxlength: 100 });
    const email = emailField();
    const password = passwordField(true);
    const send = () => session.register(textIn(name), email.control.value.trim(), password.control.value);
    return createForm({ fields: [name, email, password], submit: 'Create account', send });
  };

  let isNew = false;
  const title = h('h1', { tabindex: -1 });
  const form = h('div');
  const other = h('button', { type: 'button', class: 'link' });
  const show = (): void => {
    setText(title, isNew ? 'Create an account' : 'Sign in');
    setText(other, isNew ? 'I have an account' : 'Create an account');
    fill(form, isNew ? register() : signIn());
  };
  other.addEventListener('click', () => {
    isNew = !isNew;
    show();
    form.querySelector('input')?.focus();
  });
  show();

  const isAsked = route.view === 'sign-in' || route.view === 'overview';
  const because = session.endedBecause() ?? (isAsked ? null : 'Sign in to see this page.');
  return h(
    'div',
    { class: 'sign-in' },
    h(
      'div',
      { class: 'panel' },
      title,
      because !== null && notice({ kind: 'info', title: because }),
      form,
      h('p', { class: 'quiet' }, other, ' · ', h('a', { href: hashOf('products') }, 'See the products without one')),
    ),
  );
};
