import type { Router } from 'express';
import { consumeOrders, consumeOutcomes } from '../consumers/order-events.consumer.js';
import { createOrderController } from '../controllers/order.controller.js';
import type { Guard } from '../middlewares/guard.js';
import { createOrderOutcomeStore } from '../models/order-outcomes.js';
import { createOrderQueries } from '../models/order-queries.js';
import { createOrderStockQueries } from '../models/order-stock.model.js';
import { createOrderStore } from '../models/order-store.js';
import { createOutboxWriter } from '../models/outbox-writer.js';
import { createOrderRoutes } from '../routes/order.routes.js';
import type { Cache } from '../services/cache/cache.service.js';
import type { EventBus } from '../services/messaging/event-bus.js';
import { createOrderIntake } from '../services/order-intake.service.js';
import type { OrderMetrics } from '../services/order-metrics.service.js';
import { createOrderStock } from '../services/order-stock.service.js';
import { createOrderCache } from '../services/orders/order-cache.service.js';
import { createOrderOutcomes } from '../services/orders/order-outcomes.service.js';
import { createOrderReads } from '../services/orders/order-reads.service.js';
import { createOrderWriter } from '../services/orders/order-writer.js';
import { createOrderService } from '../services/orders/order.service.js';
import type { ProductCheck } from '../services/orders/product-check.js';
import type { StockEngine } from '../services/stock-engine/stock-engine.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

/** The product service's side of orders: what they take of the stock, and give back. */
export const wireOrderStock = (
  { connection, onOrderStep }: Ground,
  models: Pick<Models, 'orderStock'>,
  { engine, bus }: { engine: StockEngine; bus: EventBus },
): void => {
  const stock = createOrderStock({ engine, orders: createOrderStockQueries(models) });
  consumeOrders(bus, createOrderIntake({ stock, outbox: createOutboxWriter(connection), onStep: onOrderStep }));
};

export interface OrderGround {
  cache: Cache;
  bus: EventBus;
  check: ProductCheck;
  guard: Guard;
  metrics: OrderMetrics;
}

/** Orders: their routes, and what they hear of the product service. */
export const wireOrders = async (
  { connection, reads: split, env, closers, onOrderStep }: Ground,
  { cache, bus, check, guard, metrics }: OrderGround,
): Promise<Router> => {
  const store = createOrderStore(connection, onOrderStep);
  const queries = createOrderQueries(connection, split);
  const orderCache = createOrderCache({ cache, ttlMs: env.CACHE_TTL_SECONDS * 1000 });
  await orderCache.startAnew();
  const writer = createOrderWriter({ store, cache: orderCache, queueMax: env.PURCHASE_QUEUE_MAX });
  metrics.watchQueue(writer.waiting);
  closers.add('order writer', writer.idle);
  const outcomes = createOrderOutcomeStore(connection, onOrderStep);
  consumeOutcomes(bus, createOrderOutcomes({ store: outcomes, cache: orderCache }));
  const orders = createOrderService({ check, writer, store, queries, cache: orderCache });
  const reads = createOrderReads({ queries, cache: orderCache });
  return createOrderRoutes({ controller: createOrderController({ orders, reads }), guard });
};
