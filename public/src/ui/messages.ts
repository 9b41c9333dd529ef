import { adviceOf, isCalledOff } from '../api/api-error.js';
import { h, icon, setText } from './dom.js';

export interface Messages {
  /** To stand in the page, once. */
  elements: readonly HTMLElement[];
  /** Says to screen readers what changed by itself; of several in a short while the last. */
  announce: (text: string) => void;
  /** Says what came of what somebody did. */
  done: (text: string) => void;
  failed: (error: unknown) => void;
}

const announceEveryMs = 3_000;
const shownMs = 6_000;
const shownMax = 4;

const createAnnouncer = () => {
  const region = h('div', { class: 'sr-only', role: 'status', 'aria-live': 'polite' });
  let next: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (): void => {
    timer = undefined;
    if (next === null) return;
    setText(region, next);
    next = null;
    timer = setTimeout(say, announceEveryMs);
  };
  const announce = (text: string): void => {
    next = text;
    if (timer === undefined) say();
  };
  return { region, announce };
};

/** The messages that come and go, and what is told to screen readers alone. */
export const createMessages = (): Messages => {
  const { region, announce } = createAnnouncer();
  const stack = h('div', { class: 'toasts', role: 'region', 'aria-label': 'Messages', 'aria-live': 'polite' });

  const show = (kind: 'good' | 'bad', text: string): void => {
    const close = h('button', { type: 'button', class: 'plain', 'aria-label': 'Dismiss' }, icon('M4 4l8 8M12 4l-8 8'));
    const shape = icon(kind === 'good' ? 'M3 8.5 6.5 12 13 4.5' : 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.2v.8');
    const toast = h('div', { class: `toast toast-${kind}` }, shape, h('p', {}, text), close);
    close.addEventListener('click', () => toast.remove());
    stack.append(toast);
    while (stack.children.length > shownMax) stack.firstElementChild?.remove();
    // A failure stays until it is read.
    if (kind === 'good') setTimeout(() => toast.remove(), shownMs);
  };

  return {
    elements: [region, stack],
    announce,
    done: (text) => show('good', text),
    failed: (error) => {
      if (!isCalledOff(error)) show('bad', adviceOf(error));
    },
  };
};
