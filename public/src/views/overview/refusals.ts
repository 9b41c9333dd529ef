import { count, words } from '../../lib/format.js';
import type { Signal } from '../../lib/signal.js';
import type { FiguresState } from '../../live/figures-feed.js';
import { fill, h } from '../../ui/dom.js';
import { panel } from '../../ui/heading.js';

const bar = (code: string, refused: number, most: number): HTMLElement => {
  const inner = h('span', {});
  inner.style.setProperty('--share', String(refused / most));
  return h(
    'li',
    {},
    h('span', {}, words(code)),
    h('span', { class: 'number' }, count(refused)),
    h('span', { class: 'bar', 'aria-hidden': 'true' }, inner),
  );
};

/** Why buyers were refused, the commonest first. */
export const createRefusals = (state: Signal<FiguresState>, signal: AbortSignal): HTMLElement => {
  const box = h('div', {});
  let shown = '';
  state.follow(({ latest }) => {
    const refused = Object.entries(latest?.purchases.refused ?? {}).filter(([, times]) => times > 0);
    const text = JSON.stringify(refused);
    if (text === shown) return;
    shown = text;
    refused.sort(([, a], [, b]) => b - a);
    const most = refused[0]?.[1] ?? 1;
    fill(
      box,
      refused.length === 0
        ? h('p', { class: 'quiet' }, 'Nobody has been refused since the start.')
        : h('ul', { class: 'bars' }, ...refused.map(([code, times]) => bar(code, times, most))),
    );
  }, signal);
  return panel('Refusals since the start', box);
};
