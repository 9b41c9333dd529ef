import { ApiError } from '../api/api-error.js';
import { readEvents } from '../api/events.js';
import { refusalOf, send } from '../api/send.js';
import { backoffMs } from '../lib/backoff.js';
import { pause } from '../lib/pause.js';
import { stockEventOf, type StockEvent } from '../lib/stock-event.js';
import { createSignal, type Signal } from '../lib/signal.js';
import { whileVisible } from '../lib/while-visible.js';

export type StreamState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'waiting'; untilMs: number; because: string }
  /** Nobody looks at the page. */
  | { kind: 'resting' };

export interface StockStream {
  state: Signal<StreamState>;
  follow: (listener: (event: StockEvent) => void, signal: AbortSignal) => void;
  /** Runs until the signal is aborted. */
  run: (signal: AbortSignal) => void;
  /** Does not wait any longer before the next try. */
  reconnect: () => void;
}

/** The service sends a heartbeat every 15 s. */
const silenceMsMax = 40_000;
const retryWait = { baseMs: 1_000, capMs: 30_000 };
const hiddenMsMax = 15_000;

const isOver = (signal: AbortSignal): boolean => signal.aborted;

const createListeners = () => {
  const all = new Set<(event: StockEvent) => void>();
  return {
    tell: (event: StockEvent): void => {
      for (const listener of [...all]) listener(event);
    },
    add: (listener: (event: StockEvent) => void, signal: AbortSignal): void => {
      if (signal.aborted) return;
      all.add(listener);
      signal.addEventListener('abort', () => all.delete(listener), { once: true });
    },
  };
};

/** Follows the service's stream of stock changes for as long as somebody looks, and comes back where it was after a break. */
export const createStockStream = (): StockStream => {
  const state = createSignal<StreamState>({ kind: 'connecting' });
  const listeners = createListeners();
  let lastId = '';
  let wake = (): void => undefined;

  const listen = async (signal: AbortSignal, hasOpened: () => void): Promise<void> => {
    state.set({ kind: 'connecting' });
    const headers = lastId === '' ? {} : { 'Last-Event-ID': lastId };
    const response = await send({ path: '/events', headers, signal }, null);
    if (!response.ok) throw await refusalOf(response);
    hasOpened();
    state.set({ kind: 'live' });
    // A stream that did not give a place yet can't say what was missed: whoever shows anything reads it anew.
    if (lastId === '') listeners.tell({ kind: 'reset' });
    await readEvents(response, {
      ...{ signal, silenceMsMax },
      onId: (id) => (lastId = id),
      onEvent: ({ name, data }) => {
        const event = stockEventOf(name, data);
        if (event !== null) listeners.tell(event);
      },
    });
    throw new ApiError('The service has ended the stream', { status: 0, code: 'NO_ANSWER' });
  };

  const wait = (ms: number, because: string, signal: AbortSignal): Promise<void> => {
    state.set({ kind: 'waiting', untilMs: Date.now() + ms, because });
    const waking = new AbortController();
    wake = () => waking.abort();
    return pause(ms, AbortSignal.any([signal, waking.signal]));
  };

  const keepOn = async (signal: AbortSignal): Promise<void> => {
    for (let failures = 0; !isOver(signal); failures++) {
      try {
        await listen(signal, () => (failures = 0));
      } catch (error) {
        if (isOver(signal)) return;
        const { message, retryAfterMs } =
          error instanceof ApiError ? error : { message: 'The stream broke off', retryAfterMs: null };
        await wait(Math.max(retryAfterMs ?? 0, backoffMs(failures, retryWait)), message, signal);
      }
    }
  };

  return {
    state,
    follow: listeners.add,
    run: (signal) => {
      window.addEventListener('online', () => wake(), { signal });
      const begin = (visible: AbortSignal): void => void keepOn(visible);
      whileVisible({ begin, rested: () => state.set({ kind: 'resting' }), hiddenMsMax, signal });
    },
    reconnect: () => wake(),
  };
};
