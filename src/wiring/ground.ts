import type { Connection } from 'mongoose';
import type { Env } from '../config/env.js';
import type { HttpClient } from '../config/http-client.js';
import type { LimitsRedis } from '../config/limits-redis.js';
import type { Logger } from '../config/logger.js';
import type { Mailer } from '../config/mailer.js';
import type { QueueRedis } from '../config/queue-redis.js';
import type { Rabbit } from '../config/rabbitmq.js';
import type { Redis } from '../config/redis.js';
import type { Secrets } from '../config/secrets.js';
import type { HealthCheck } from '../controllers/health.controller.js';
import type { ReadSplit } from '../models/read-split.js';
import type { OnOrderStep } from '../models/order-step.js';
import type { StoreStep } from '../models/stock-store.js';
import type { CacheStore } from '../services/cache/cache-store.js';
import type { Metrics } from '../services/metrics.service.js';
import type { Closers } from '../utils/closers.js';

/** What the container has opened: everything else is built from it. */
export interface Ground {
  env: Env;
  logger: Logger;
  processId: string;
  connection: Connection;
  /** Where lists and reports are read. */
  reads: ReadSplit;
  redis: Redis | undefined;
  /** Where processes share their counts; undefined where each counts alone, or nothing is counted. */
  limitsRedis: LimitsRedis | undefined;
  /** Where jobs wait; undefined keeps them in the database. */
  queueRedis: QueueRedis | undefined;
  mailer: Mailer;
  rabbit: Rabbit | undefined;
  /** Opens the way to the product service, which only an order service by itself needs. */
  openProductService: () => Pick<HttpClient, 'get'>;
  metrics: Metrics;
  secrets: Secrets;
  closers: Closers;
  /** Runs when the process begins to stop: what would go on for ever must not be waited for. */
  onStopping: (listener: () => void) => void;
  /** What `/readyz` asks; capabilities add theirs. */
  checks: HealthCheck[];
  /** Called between the statements of a batch; a test ends the process there. */
  onStoreStep: ((step: StoreStep) => void) | undefined;
  /** Called between the statements of an order; a test ends the process there. */
  onOrderStep: OnOrderStep | undefined;
  /** Stands between the cache and its store; a test disturbs what passes there. */
  wrapCacheStore: ((store: CacheStore) => CacheStore) | undefined;
}
