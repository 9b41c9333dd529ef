import type { Router } from 'express';
import { createEventStreamController } from '../controllers/event-stream.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { createProductFeed } from '../models/product-feed.js';
import { createStockHistory } from '../models/stock-history.js';
import { createEventRoutes } from '../routes/event.routes.js';
import { createEventReplay } from '../services/stock-stream/event-replay.js';
import { createStockStream, type StockStream } from '../services/stock-stream/stock-stream.service.js';
import { createStreamMetrics } from '../services/stream-metrics.service.js';
import type { ProductCache } from '../services/product-cache.service.js';
import type { Ground } from './ground.js';
import type { Limits } from './limits.js';
import type { Models } from './models.js';

/** The event stream, to be fed by the change feed, with its route; it ends when the process begins to stop. */
export const wireStockStream = (
  { connection, logger, metrics, onStopping, closers }: Ground,
  models: Models,
  cache: ProductCache,
): { stream: StockStream; routes: (guard: Guard, limits: Limits) => Router } => {
  const figures = createStreamMetrics(metrics.registry);
  const stream = createStockStream({
    cache,
    stockBefore: createStockHistory(models).stockBefore,
    replay: createEventReplay({ feed: createProductFeed(connection) }),
    metrics: figures,
    logger,
  });
  figures.watch(stream.size);
  onStopping(stream.close);
  closers.add('event stream', stream.close);
  return {
    stream,
    routes: (guard, { ofStreams }) =>
      createEventRoutes({ controller: createEventStreamController({ stream }), guard, limitOpen: ofStreams }),
  };
};
