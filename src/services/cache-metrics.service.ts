import { Counter, type Registry } from 'prom-client';
import type { CacheMetrics } from './cache/cache.service.js';
import type { LinkState } from './cache/redis-link.js';
import { createPairTally, createTally, watchFigure, watchFiguresBy } from './figures.js';

/** What is asked for at each scrape. */
export interface CacheFigures {
  copies: () => { entries: number; bytes: number };
  dirty: () => number;
}

const layers = ['l1', 'l2', 'database', 'bypass'] as const;
const breakerStates: readonly LinkState[] = ['up', 'open', 'down'];

/** 1 for the state that the shared layer is in; nothing until one is known. */
const createBreakerGauge = (registry: Registry): ((state: LinkState) => void) => {
  let state: LinkState | null = null;
  watchFiguresBy(
    registry,
    {
      name: 'cache_breaker_state',
      help: '1 for the state in which the shared layer is: up (used), open (too slow), down (no connection)',
      label: 'state',
    },
    () => (state === null ? [] : breakerStates.map((each) => [each, each === state ? 1 : 0] as const)),
  );
  return (next) => {
    state = next;
  };
};

/** The cache's figures, on the registry of the process. */
export const createCacheMetrics = (registry: Registry) => {
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers: [registry] });
  const reads = createPairTally(registry, {
    name: 'cache_reads_total',
    help: 'Reads by region and the layer that had the answer: l1 (this process), l2 (Redis), database, or bypass (the cache could not be asked)',
    labels: ['region', 'layer'],
    seconds: layers,
  });
  const fills = counter('cache_fills_total', 'Entries stored in the shared layer');
  const lost = counter('cache_leases_lost_total', 'Entries that were not stored because a write had ended their lease');
  const failed = counter(
    'cache_store_failures_total',
    'Reads and fills for which the shared layer was asked and was of no help',
  );
  const heals = counter('cache_healed_total', 'Writes of others that the change feed told of');
  const invalidated = createTally(registry, {
    name: 'cache_invalidated_keys_total',
    help: 'Keys deleted after a write, by outcome: confirmed before the answer, late, or failed (both are retried until done)',
    label: 'outcome',
    values: ['confirmed', 'late', 'failed'],
  });
  return {
    read: reads.count,
    filled: () => fills.inc(),
    leaseLost: () => lost.inc(),
    storeFailed: () => failed.inc(),
    invalidation: invalidated,
    linkState: createBreakerGauge(registry),
    healed: () => heals.inc(),
    /** Shows what `figures` says whenever somebody looks. */
    watch: ({ copies, dirty }: CacheFigures) => {
      const watch = (name: string, help: string, read: () => number): void =>
        watchFigure(registry, { name, help }, read);
      watch('cache_copies', 'Entries of which this process has a copy', () => copies().entries);
      watch('cache_copies_bytes', 'About how much memory the copies take', () => copies().bytes);
      watch('cache_dirty_keys', 'Keys whose deletion from the shared layer is not confirmed yet', dirty);
    },
  } satisfies CacheMetrics & Record<string, unknown>;
};

export type CacheFiguresMetrics = ReturnType<typeof createCacheMetrics>;
