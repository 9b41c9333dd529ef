import type { FiguresState } from '../../live/figures-feed.js';
import type { Signal } from '../../lib/signal.js';
import { timeOfDay } from '../../lib/format.js';
import { fill, h } from '../../ui/dom.js';
import { failure } from '../../ui/notice.js';

/** Says when the figures are not of this second, and of when they are. */
export const createFiguresTrouble = (state: Signal<FiguresState>, signal: AbortSignal): HTMLElement => {
  const box = h('div', { class: 'figures-trouble' });
  let shown: unknown = null;
  state.follow(({ error, latest }) => {
    if (error === shown) return;
    shown = error;
    if (error === null) {
      fill(box);
      return;
    }
    const since = latest === null ? null : h('p', { class: 'quiet' }, `Figures are of ${timeOfDay(latest.at)}.`);
    fill(box, failure(error, null), since);
  }, signal);
  return box;
};
