import { ApiError, adviceOf } from '../api/api-error.js';
import { h, icon, type Child } from './dom.js';

export interface NoticeOptions {
  kind: 'empty' | 'error' | 'forbidden' | 'info' | 'good' | 'warning';
  title: string;
  /** What it means, and what to do. */
  text?: Child;
  actions?: readonly HTMLElement[];
}

const icons: Readonly<Record<NoticeOptions['kind'], string>> = {
  empty: 'M2.5 5.5 8 2.5l5.5 3v5L8 13.5l-5.5-3zM2.5 5.5 8 8.5l5.5-3M8 8.5v5',
  error: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.2v.8',
  forbidden: 'M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3 7h10v6.5H3z',
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7v4M8 4.6v.8',
  good: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.2v.8',
};

/** Says in place of what would stand there how things are and what to do. */
export const notice = ({ kind, title, text, actions = [] }: NoticeOptions): HTMLElement =>
  h(
    'div',
    { class: `notice notice-${kind}`, role: kind === 'error' ? 'alert' : null },
    icon(icons[kind]),
    h(
      'div',
      { class: 'notice-body' },
      h('p', { class: 'notice-title' }, title),
      text === undefined ? null : h('p', {}, text),
      actions.length > 0 && h('div', { class: 'actions' }, ...actions),
    ),
  );

/** A failure, and the button that tries again. */
export const failure = (error: unknown, again: (() => void) | null): HTMLElement => {
  const isForbidden = error instanceof ApiError && error.status === 403;
  const button = again && h('button', { type: 'button', onclick: again }, 'Try again');
  return notice({
    kind: isForbidden ? 'forbidden' : 'error',
    title: isForbidden ? 'Not for your role' : 'That did not work',
    text: adviceOf(error),
    actions: button === null || isForbidden ? [] : [button],
  });
};

/** Stands where something is still to come. */
export const loading = (what: string): HTMLElement =>
  h(
    'div',
    { class: 'loading', role: 'status' },
    h('span', { class: 'spinner', 'aria-hidden': 'true' }),
    `Loading ${what}…`,
  );
