import type { Router } from 'express';
import { consumeAccounts } from '../consumers/account-events.consumer.js';
import { createAccountFollow } from '../services/account-follow.service.js';
import { createOrderMetrics } from '../services/order-metrics.service.js';
import { createProductClient } from '../services/orders/product-client.js';
import { wireCache } from './cache.js';
import type { Ground } from './ground.js';
import { wireLimits } from './limits.js';
import { wireMessaging } from './messaging.js';
import { createOrderServiceModels } from './models.js';
import { wireOrders } from './orders.js';
import { wireSessions } from './sessions.js';

/** The order service by itself: it meets the product service by one HTTP call and the events, and shares nothing else with it. */
export const wireOrderService = async (ground: Ground): Promise<Router[]> => {
  const models = createOrderServiceModels(ground.connection);
  const { cache } = await wireCache(ground, models);
  const { bus, startRelay } = wireMessaging(ground);
  const metrics = createOrderMetrics(ground.metrics.registry);
  const http = ground.openProductService();
  const check = createProductClient({ http, logger: ground.logger, metrics: metrics.product });
  const { changes, tokens, guard } = await wireSessions(ground, await wireLimits(ground, models));
  consumeAccounts(bus, createAccountFollow({ changes, tokens }));
  const orders = await wireOrders(ground, { cache, bus, check, guard, metrics });
  await startRelay(undefined);
  return [orders];
};
