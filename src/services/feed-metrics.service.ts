import { Counter, type Registry } from 'prom-client';
import { createTally, watchFigure } from './figures.js';

/** The change feed's figures, on the registry of the process. */
export const createFeedMetrics = (registry: Registry) => {
  const seen = new Counter({
    name: 'product_feed_events_total',
    help: 'Writes to products that the change feed has told of',
    registers: [registry],
  });
  const reopened = createTally(registry, {
    name: 'product_feed_reopened_total',
    help: 'How often the change feed broke off, by reason: error, or lost (its history was gone, and the cache was forgotten)',
    label: 'reason',
    values: ['error', 'lost'],
  });
  return {
    events: (count: number): void => seen.inc(count),
    reopened: (reason: 'error' | 'lost'): void => reopened(reason),
    /** Shows whether the feed has caught up whenever somebody looks. */
    watch: (hasCaughtUp: () => boolean): void =>
      watchFigure(
        registry,
        {
          name: 'product_feed_caught_up',
          help: '1 once the change feed has seen everything that was written before the start',
        },
        () => (hasCaughtUp() ? 1 : 0),
      ),
  };
};

export type FeedMetrics = ReturnType<typeof createFeedMetrics>;
