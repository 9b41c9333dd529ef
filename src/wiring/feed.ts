import { createProductFeedConsumer } from '../consumers/product-feed.consumer.js';
import { createFeedPosition } from '../models/feed-position.model.js';
import { createProductFeed } from '../models/product-feed.js';
import type { BestSellerRanking } from '../services/best-seller-ranking.js';
import { createFeedMetrics } from '../services/feed-metrics.service.js';
import { createFeed } from '../services/feed.service.js';
import { createProductHealing } from '../services/product-healing.service.js';
import type { StockStream } from '../services/stock-stream/stock-stream.service.js';
import type { WiredCache } from './cache.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

const positionName = 'products';

/** The change feed of products and what follows from it; this process is not ready before it has caught up. */
export const wireFeed = (
  ground: Ground,
  models: Models,
  wired: WiredCache,
  ranking: BestSellerRanking,
  stream: StockStream,
): void => {
  const { connection, closers, checks, logger } = ground;
  const { cache } = wired;
  const metrics = createFeedMetrics(ground.metrics.registry);
  const healing = createProductHealing({ cache: wired.products, metrics: wired.metrics });
  const feed = createFeed({
    feed: createProductFeed(connection),
    position: createFeedPosition(models.feedPositions, positionName),
    consume: createProductFeedConsumer({ healing, ranking, stream }),
    flush: async () => {
      await Promise.all([healing.flush(), ranking.flush()]);
    },
    reached: stream.flush,
    isSettled: () => cache.dirty() === 0 && ranking.isSettled(),
    startAnew: async () => {
      stream.forget();
      await Promise.all([cache.renew(), ranking.forget()]);
    },
    metrics,
    logger,
  });
  metrics.watch(feed.hasCaughtUp);
  checks.push({
    name: 'feed',
    required: true,
    check: () => (feed.hasCaughtUp() ? Promise.resolve() : Promise.reject(new Error('The feed is behind.'))),
  });
  closers.add('change feed', feed.close);
  feed.start();
};
