import type { Registry } from 'prom-client';
import type { Figures } from '../schemas/figures.js';
import { queueNames } from '../utils/queue-names.js';
import { requestBucketsSeconds } from './metrics.service.js';

/** Figures for which a server is asked are this old at most, however many look. */
const askedEveryMs = 2_000;
const purchaseRoute = '/api/v1/products/:id/purchase';
/** Outcomes of purchases that are no refusals. */
const notRefused = new Set(['done', 'replayed']);

export interface LiveFiguresDependencies {
  /** Where everybody registers what they count: the page shows what `/metrics` does. */
  registry: Pick<Registry, 'getSingleMetric'>;
  service: string;
  queueMax: number;
  now?: () => Date;
  monotonicMs?: () => number;
}

interface Value {
  value: number;
  labels: Partial<Record<string, string | number>>;
  /** A histogram has its sums and counts among its values. */
  metricName?: string | undefined;
}
type Values = readonly Value[];

const sum = (values: Values): number => values.reduce((total, { value }) => total + value, 0);

const whereLabel = (values: Values, label: string, wanted: readonly string[]): Values =>
  values.filter(({ labels }) => wanted.includes(String(labels[label])));

/** A figure that nobody could tell is not a number there. */
const told = (values: Values): number | null => {
  const [first] = values;
  return first === undefined || Number.isNaN(first.value) ? null : first.value;
};

const secondsToMs = (seconds: number): number => Math.round(seconds * 1_000_000) / 1_000;

/**
 * Purchases by how long they took, each in one bucket alone. Those that came as requests are in the histogram, whose buckets count
 * whatever is below them too, over all its series.
 * @param others those that did not come as requests, by bucket
 */
const latencyOf = (values: Values, others: readonly number[]): Figures['latency'] => {
  const upTo = new Map<string, number>();
  for (const { value, labels } of values) {
    const bound = String(labels['le']);
    upTo.set(bound, (upTo.get(bound) ?? 0) + value);
  }
  const totals = [...requestBucketsSeconds, '+Inf'].map((bound) => upTo.get(String(bound)) ?? 0);
  return {
    boundsMs: requestBucketsSeconds.map(secondsToMs),
    counts: totals.map((total, index) => total - (totals[index - 1] ?? 0) + (others[index] ?? 0)),
  };
};

const requestsOf = (values: Values): Figures['requests'] => {
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count') === true);
  return { total: sum(counts), errors: sum(whereLabel(counts, 'status', ['5xx'])) };
};

const purchasesOf = (values: Values): Figures['purchases'] => {
  const countOf = (outcome: string) => sum(whereLabel(values, 'outcome', [outcome]));
  const refusals = values.filter(({ labels }) => !notRefused.has(String(labels['outcome'])));
  return {
    accepted: countOf('done'),
    replayed: countOf('replayed'),
    refused: Object.fromEntries(refusals.map(({ value, labels }) => [String(labels['outcome']), value])),
  };
};

const cacheOf = (values: Values): Figures['cache'] => {
  const countOf = (...layers: string[]) => sum(whereLabel(values, 'layer', layers));
  return { hits: countOf('l1', 'l2'), misses: countOf('database'), bypassed: countOf('bypass') };
};

/** Null unless every queue has said something. */
const jobsOf = (values: Values): Figures['jobs'] => {
  const known = new Set(values.map(({ labels }) => labels['queue']));
  if (queueNames.some((name) => !known.has(name))) return null;
  const countOf = (...statuses: string[]) => sum(whereLabel(values, 'status', statuses));
  return { waiting: countOf('waiting', 'delayed'), running: countOf('active'), failed: countOf('failed') };
};

/** Asks at most once in a while, and lets whoever comes meanwhile share the answer. */
const everyMs = <T>(ms: number, nowMs: () => number, ask: () => Promise<T>): (() => Promise<T>) => {
  let last: { atMs: number; answer: Promise<T> } | undefined;
  return () => {
    if (last === undefined || nowMs() - last.atMs >= ms) last = { atMs: nowMs(), answer: ask() };
    return last.answer;
  };
};

/** This process's figures for those who watch it, made of what `/metrics` says. */
export const createLiveFigures = (deps: LiveFiguresDependencies) => {
  const { registry, service, queueMax, now = () => new Date(), monotonicMs = () => performance.now() } = deps;

  const ofDrops = requestBucketsSeconds.map(() => 0).concat(0);

  const read = async (name: string): Promise<Values> => (await registry.getSingleMetric(name)?.get())?.values ?? [];

  /** Each of these asks a server, within a deadline of its own. */
  const asked = everyMs(askedEveryMs, monotonicMs, async () => {
    const [pending, oldest, deadLetters, jobs] = await Promise.all([
      read('outbox_backlog'),
      read('outbox_oldest_seconds'),
      read('dead_letters'),
      read('jobs'),
    ]);
    const [count, oldestSeconds] = [told(pending), told(oldest)];
    return {
      outbox:
        count === null || oldestSeconds === null ? null : { pending: count, oldestMs: secondsToMs(oldestSeconds) },
      deadLetters: told(deadLetters),
      jobs: jobsOf(jobs),
    };
  });

  return {
    /** Counts a purchase that did not come as a request. */
    purchaseTook: (ms: number): void => {
      const bucket = requestBucketsSeconds.findIndex((bound) => ms <= bound * 1_000);
      const index = bucket === -1 ? requestBucketsSeconds.length : bucket;
      ofDrops[index] = (ofDrops[index] ?? 0) + 1;
    },
    /** All figures as they are now; those for which a server is asked may be two seconds old. */
    read: async (): Promise<Figures> => {
      const [purchases, http, cache, depth, age, others] = await Promise.all([
        read('purchases_total'),
        read('http_request_duration_seconds'),
        read('cache_reads_total'),
        read('stock_queue_length'),
        read('stock_queue_age_seconds'),
        asked(),
      ]);
      const ofPurchases = http.filter(({ labels }) => labels['route'] === purchaseRoute && labels['method'] === 'POST');
      return {
        at: now().toISOString(),
        process: { uptimeSeconds: process.uptime(), residentBytes: process.memoryUsage.rss(), service },
        purchases: purchasesOf(purchases),
        latency: latencyOf(ofPurchases, ofDrops),
        requests: requestsOf(http),
        cache: cacheOf(cache),
        queue: { depth: sum(depth), max: queueMax, oldestMs: secondsToMs(sum(age)) },
        ...others,
      };
    },
  };
};

export type LiveFigures = ReturnType<typeof createLiveFigures>;
