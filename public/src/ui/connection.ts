import type { StockStream, StreamState } from '../live/stock-stream.js';
import { h, setText } from './dom.js';

interface Shown {
  level: 'good' | 'busy' | 'bad' | 'quiet';
  text: string;
}

const shownOf = (state: StreamState, nowMs: number): Shown => {
  switch (state.kind) {
    case 'live':
      return { level: 'good', text: 'Live' };
    case 'connecting':
      return { level: 'busy', text: 'Connecting…' };
    case 'resting':
      return { level: 'quiet', text: 'Resting' };
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((state.untilMs - nowMs) / 1_000));
      return { level: 'bad', text: `Disconnected, again in ${String(seconds)} s` };
    }
  }
};

/** Says whether what is shown is what the service says this moment, and lets one try again at once where it is not. */
export const createConnection = (stock: StockStream, announce: (text: string) => void, signal: AbortSignal) => {
  const text = h('span', {});
  const now = h('button', { type: 'button', class: 'link', onclick: stock.reconnect }, 'Try now');
  const element = h('div', { class: 'connection' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), text);
  const banner = h(
    'p',
    { class: 'banner', hidden: true },
    'The connection to the service is lost. What is shown is what it said last; the page comes back by itself. ',
    now,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasLost = false;

  const show = (): void => {
    clearTimeout(timer);
    const state = stock.state.get();
    const shown = shownOf(state, Date.now());
    element.dataset['level'] = shown.level;
    setText(text, shown.text);
    now.hidden = state.kind !== 'waiting';
    if (state.kind === 'waiting') timer = setTimeout(show, 500);
  };
  stock.state.follow((state) => {
    show();
    if (state.kind === 'waiting' && !wasLost) announce('The connection to the service is lost');
    if (state.kind === 'live' && wasLost) announce('Connected again');
    if (state.kind === 'waiting') wasLost = true;
    if (state.kind === 'live' || state.kind === 'resting') wasLost = false;
    banner.hidden = !wasLost;
  }, signal);
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return { element, banner };
};
