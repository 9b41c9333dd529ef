import { h, icon, uniqueId } from './dom.js';

export interface DialogOptions {
  title: string;
  content: readonly HTMLElement[];
  wide?: boolean;
  /** Ends with the view that has opened it. */
  signal: AbortSignal;
  closed?: () => void;
}

/** Opens a dialog over the page; the browser itself keeps the focus in it, and gives it back. @returns closes it */
export const openDialog = ({ title, content, wide = false, signal, closed }: DialogOptions): (() => void) => {
  const id = uniqueId('dialog');
  const close = (): void => dialog.close();
  const button = h(
    'button',
    { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: close },
    icon('M4 4l8 8M12 4l-8 8'),
  );
  const dialog = h(
    'dialog',
    { 'aria-labelledby': id, class: wide ? 'wide' : null },
    h('div', { class: 'dialog-head' }, h('h2', { id }, title), button),
    ...content,
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed?.();
  });
  signal.addEventListener('abort', close, { once: true });
  document.body.append(dialog);
  dialog.showModal();
  return close;
};

export interface ConfirmOptions {
  title: string;
  text: string;
  confirm: string;
  signal: AbortSignal;
}

/** Asks before what can't be taken back. */
export const confirmed = ({ title, text, confirm, signal }: ConfirmOptions): Promise<boolean> =>
  new Promise((resolve) => {
    let answer = false;
    const yes = h('button', { type: 'button', class: 'danger' }, confirm);
    const no = h('button', { type: 'button', autofocus: true }, 'Leave it');
    const content = [h('p', {}, text), h('div', { class: 'actions' }, yes, no)];
    const close = openDialog({ title, content, signal, closed: () => resolve(answer) });
    no.addEventListener('click', close);
    yes.addEventListener('click', () => {
      answer = true;
      close();
    });
  });
