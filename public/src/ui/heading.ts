import { h, type Child } from './dom.js';

/** The one main heading of a view, with what can be done about all of it. */
export const heading = (title: string, lead: Child = null, ...actions: readonly Child[]): HTMLElement =>
  h(
    'header',
    { class: 'view-head' },
    h('div', {}, h('h1', { tabindex: -1 }, title), lead !== null && h('p', { class: 'lead' }, lead)),
    actions.length > 0 && h('div', { class: 'actions' }, ...actions),
  );

/** A part of a view under a heading of its own. */
export const panel = (title: string, ...children: readonly Child[]): HTMLElement =>
  h('section', { class: 'panel', 'aria-label': title }, h('h2', {}, title), ...children);
