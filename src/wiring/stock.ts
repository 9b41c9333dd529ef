import { createHoldQueries } from '../models/hold-queries.js';
import { createProcessStore } from '../models/process.model.js';
import type { StockWrites } from '../models/stock-state.js';
import { createStockStore } from '../models/stock-store.js';
import { createHeartbeat } from '../services/heartbeat.service.js';
import { createHoldMetrics } from '../services/hold-metrics.service.js';
import { createLoop } from '../services/messaging/loop.js';
import { createLane } from '../services/stock-engine/lane.js';
import { createStockEngine, type StockEngine } from '../services/stock-engine/stock-engine.js';
import { createStockMetrics } from '../services/stock-metrics.service.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

/** A transaction counts as left open after a second; who waits for what it holds has 5 s. */
const orphanSweepMs = 1_000;

/** The stock engine with the lane under it; from here on this process shows the others that it lives. */
export const wireStock = async (
  ground: Ground,
  models: Models,
  cache: { moved: (writes: StockWrites) => Promise<void> },
): Promise<StockEngine> => {
  const { connection, logger, metrics, closers, env, processId } = ground;
  const processes = createProcessStore(models.processes, processId);
  const heartbeat = createHeartbeat({ processes, logger });
  await heartbeat.start();
  closers.add('heartbeat', heartbeat.stop);
  const stockMetrics = createStockMetrics(metrics.registry);
  const holdMetrics = createHoldMetrics({
    registry: metrics.registry,
    liveCount: createHoldQueries(models).liveCount,
  });
  const endOrphans = async (whose: { own: boolean }): Promise<void> => {
    const ended = await processes.endOrphans(whose);
    if (ended === 0) return;
    stockMetrics.orphansEnded(ended);
    logger.warn({ ended }, 'ended open transactions of processes that are gone');
  };
  // The lane looks when it meets one; whoever places an order or ends a session meets them too, and has no lane.
  const sweep = createLoop({
    what: 'ending what dead processes have left open',
    logger,
    step: async () => {
      await endOrphans({ own: false });
      return orphanSweepMs;
    },
  });
  sweep.start();
  closers.add('sweep of orphaned transactions', sweep.stop);
  const lane = createLane({
    store: createStockStore(connection, ground.onStoreStep),
    endOrphans: () => endOrphans({ own: true }),
    afterCommit: (writes) => {
      stockMetrics.written(writes);
      holdMetrics.ended(writes.holdEnds);
      return cache.moved(writes);
    },
    metrics: stockMetrics,
    logger,
    now: () => new Date(),
    isAlone: heartbeat.isAlone,
  });
  const engine = createStockEngine({ lane, queueMax: env.PURCHASE_QUEUE_MAX, metrics: stockMetrics });
  stockMetrics.watchQueue(engine.waiting);
  closers.add('stock engine', engine.close);
  return engine;
};
