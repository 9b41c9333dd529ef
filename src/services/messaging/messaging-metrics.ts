import { Gauge, Histogram, type Registry } from 'prom-client';
import { eventTypes } from '../../schemas/events.js';
import { createLook, createPairTally, createTally, watchFigure, watchFigureOf } from '../figures.js';
import type { Depths } from './event-bus.js';

export interface ConsumerMetrics {
  /** From when the event was written down to when its effect was kept. */
  handleLag: (queue: string, ms: number) => void;
  handled: (queue: string, outcome: 'done' | 'retry' | 'dead') => void;
}

export interface RelayMetrics {
  published: (type: string, outcome: 'published' | 'returned' | 'failed') => void;
  /** From when an outbox document was written to when its events were confirmed. */
  relayLag: (ms: number) => void;
  jobs: (outcome: 'added' | 'failed') => void;
}

export interface Backlog {
  count: number;
  oldest: Date | null;
}

export type MessagingMetrics = ConsumerMetrics &
  RelayMetrics & {
    /** Shows what `read` says of the outbox, and who relays, whenever somebody looks. */
    watchOutbox: (read: () => Promise<Backlog>, isLeader: () => boolean) => void;
    /** Shows what waits in queues whenever somebody looks. */
    watchDepths: (read: () => Promise<Depths>) => void;
  };

const LAG_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

const watchOutbox = (registry: Registry, read: () => Promise<Backlog>, isLeader: () => boolean): void => {
  const look = createLook(read);
  watchFigureOf(
    registry,
    { name: 'outbox_backlog', help: 'Outbox documents that are not published yet' },
    look,
    ({ count }) => count,
  );
  watchFigureOf(
    registry,
    { name: 'outbox_oldest_seconds', help: 'Age of the oldest outbox document, 0 when there is none' },
    look,
    ({ oldest }) => (oldest === null ? 0 : Math.max(0, Date.now() - oldest.getTime()) / 1000),
  );
  watchFigure(registry, { name: 'relay_leader', help: '1 in the process that publishes the outbox' }, () =>
    isLeader() ? 1 : 0,
  );
};

const watchDepths = (registry: Registry, read: () => Promise<Depths>): void => {
  const look = createLook(read);
  new Gauge({
    name: 'event_queue_messages',
    help: 'Events that wait in a queue, for their next try too, of the queues that this process takes from; over RabbitMQ without those in hand. Nothing while that cannot be told',
    labelNames: ['queue'],
    registers: [registry],
    async collect() {
      const said = await look();
      this.reset();
      for (const [queue, count] of said?.events ?? []) this.set({ queue }, count);
    },
  });
  watchFigureOf(
    registry,
    { name: 'dead_letters', help: 'Events that nobody could work off, see npm run dlq' },
    look,
    ({ deadLetters }) => deadLetters,
  );
};

/** The figures of the relay and the consumers, on the registry of the process. */
export const createMessagingMetrics = (registry: Registry): MessagingMetrics => {
  const registers = [registry];
  const published = createPairTally(registry, {
    name: 'events_published_total',
    help: 'Events by type and outcome: published, returned by the broker as no queue takes them, or failed; the last two are tried again',
    labels: ['type', 'outcome'],
    seconds: ['published', 'returned', 'failed'],
  });
  for (const type of eventTypes) published.begin(type);
  const lag = new Histogram({
    name: 'outbox_lag_seconds',
    help: 'Time from the writing of an outbox document to the confirm of its events',
    buckets: LAG_SECONDS,
    registers,
  });
  const jobs = createTally(registry, {
    name: 'outbox_jobs_total',
    help: 'Jobs handed to their queues, by outcome; a failed one is tried again',
    label: 'outcome',
    values: ['added', 'failed'],
  });
  const handled = createPairTally(registry, {
    name: 'events_handled_total',
    help: 'Deliveries by queue and outcome: done, retry or dead',
    labels: ['queue', 'outcome'],
    seconds: ['done', 'retry', 'dead'],
  });
  const handledLag = new Histogram({
    name: 'event_lag_seconds',
    help: 'Time from the writing of an event to the end of its handling, by queue',
    labelNames: ['queue'],
    buckets: LAG_SECONDS,
    registers,
  });
  return {
    published: published.count,
    relayLag: (ms) => lag.observe(Math.max(0, ms) / 1000),
    jobs,
    handled: handled.count,
    handleLag: (queue, ms) => handledLag.observe({ queue }, Math.max(0, ms) / 1000),
    watchOutbox: (read, isLeader) => watchOutbox(registry, read, isLeader),
    watchDepths: (read) => watchDepths(registry, read),
  };
};
