import type { Figures } from '../../api/types.js';
import { bytes, count, duration, none, percentile, plural, rate, share } from '../../lib/format.js';
import { refusedOf } from '../../lib/rates.js';
import type { Signal } from '../../lib/signal.js';
import type { FiguresState } from '../../live/figures-feed.js';
import { h, setText } from '../../ui/dom.js';

type Level = 'bad' | 'warning' | null;

interface Shown {
  value: string;
  note: string;
  level?: Level;
}

interface Tile {
  title: string;
  of: (latest: Figures, state: FiguresState) => Shown;
}

/** Of the queue's room, from where on it is worth a look. */
const queueShareWarning = 0.5;
const outboxAgeMsWarning = 5_000;

const rateText = (value: number | undefined): string => (value === undefined ? none : rate(value));

const traffic: readonly Tile[] = [
  {
    title: 'Purchases a second',
    of: ({ purchases }, { rates }) => ({
      value: rateText(rates?.acceptedPerSecond),
      note: `${count(purchases.accepted)} since the start`,
    }),
  },
  {
    title: 'Refused a second',
    of: (latest, { rates }) => ({
      value: rateText(rates?.refusedPerSecond),
      note: `${count(refusedOf(latest))} since the start`,
    }),
  },
  {
    title: 'Purchase latency, p99',
    of: (_latest, { latency }) => ({
      value: percentile(latency.p99),
      note: `p50 ${percentile(latency.p50)}, p90 ${percentile(latency.p90)}`,
    }),
  },
  {
    title: 'Requests a second',
    of: ({ requests }, { rates }) => ({
      value: rateText(rates?.requestsPerSecond),
      note: plural(requests.errors, 'fault'),
      level: (rates?.errorShare ?? 0) > 0 ? 'bad' : null,
    }),
  },
  {
    title: 'Cache hits',
    of: ({ cache }, { rates }) => ({
      value: share(
        rates?.hitShare ?? (cache.hits + cache.misses > 0 ? cache.hits / (cache.hits + cache.misses) : null),
      ),
      note: rates?.hitShare === null || rates === null ? 'since the start' : 'of the last second',
    }),
  },
];

const behind: readonly Tile[] = [
  {
    title: 'Stock queue',
    of: ({ queue }) => ({
      value: count(queue.depth),
      note: `of ${count(queue.max)}, oldest ${duration(queue.oldestMs)}`,
      level: queue.depth > queue.max * queueShareWarning ? 'warning' : null,
    }),
  },
  {
    title: 'Outbox',
    of: ({ outbox }) =>
      outbox === null
        ? { value: none, note: 'not known now' }
        : {
            value: count(outbox.pending),
            note: outbox.pending === 0 ? 'nothing waits' : `oldest ${duration(outbox.oldestMs)}`,
            level: outbox.oldestMs > outboxAgeMsWarning ? 'warning' : null,
          },
  },
  {
    title: 'Dead letters',
    of: ({ deadLetters }) => ({
      value: deadLetters === null ? none : count(deadLetters),
      note: deadLetters === null ? 'not known now' : deadLetters === 0 ? 'none' : 'see npm run dlq',
      level: (deadLetters ?? 0) > 0 ? 'bad' : null,
    }),
  },
  {
    title: 'Jobs running',
    of: ({ jobs }) =>
      jobs === null
        ? { value: none, note: 'not known now' }
        : {
            value: count(jobs.running),
            note: `${count(jobs.waiting)} waiting, ${count(jobs.failed)} failed`,
            level: jobs.failed > 0 ? 'warning' : null,
          },
  },
  {
    title: 'Process',
    of: ({ process }) => ({
      value: duration(process.uptimeSeconds * 1_000),
      note: `up, ${bytes(process.residentBytes)}, service ${process.service}`,
    }),
  },
];

/** The figures of this second, one beside the other. */
export const createTiles = (state: Signal<FiguresState>, signal: AbortSignal): HTMLElement => {
  const tiles = [...traffic, ...behind].map((tile) => {
    const value = h('dd', {}, none);
    const note = h('dd', { class: 'tile-note' });
    return { tile, value, note, element: h('div', { class: 'tile' }, h('dt', {}, tile.title), value, note) };
  });
  state.follow((now) => {
    if (now.latest === null) return;
    for (const { tile, value, note, element } of tiles) {
      const shown = tile.of(now.latest, now);
      setText(value, shown.value);
      setText(note, shown.note);
      element.dataset['level'] = shown.level ?? '';
    }
  }, signal);
  return h('dl', { class: 'tiles' }, ...tiles.map(({ element }) => element));
};
