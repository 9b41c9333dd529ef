import { Registry } from 'prom-client';
import { createAuditMetrics } from '../src/services/audit-metrics.service.js';
import { createCacheMetrics } from '../src/services/cache-metrics.service.js';
import { createFeedMetrics } from '../src/services/feed-metrics.service.js';
import { createHealthMetrics } from '../src/services/health-metrics.service.js';
import { createHoldMetrics } from '../src/services/hold-metrics.service.js';
import { createJobMetrics } from '../src/services/job-metrics.service.js';
import { createMessagingMetrics } from '../src/services/messaging/messaging-metrics.js';
import { createHttpMetrics, watchProcess } from '../src/services/metrics.service.js';
import { createMongoMetrics } from '../src/services/mongo-metrics.service.js';
import { createOrderMetrics } from '../src/services/order-metrics.service.js';
import { createRateLimitMetrics } from '../src/services/rate-limit-metrics.service.js';
import { createAccountMetrics, createSessionMetrics } from '../src/services/session-metrics.service.js';
import { createStockMetrics } from '../src/services/stock-metrics.service.js';
import { createStreamMetrics } from '../src/services/stream-metrics.service.js';

export interface CatalogueMetric {
  name: string;
  type: string;
  labels: string[];
  help: string;
}

export interface CatalogueGroup {
  title: string;
  metrics: CatalogueMetric[];
}

const nothing = (): never => {
  throw new Error('Nobody looks at the figures of the catalogue.');
};

/** What registers each group's metrics; the services do the same. */
const groups: Readonly<Record<string, (registry: Registry) => void>> = {
  HTTP: createHttpMetrics,
  'Stock engine and ledger': (registry) => {
    createStockMetrics(registry).watchQueue(nothing);
    createAuditMetrics(registry);
  },
  Reservations: (registry) => void createHoldMetrics({ registry, liveCount: nothing }),
  Orders: (registry) => createOrderMetrics(registry).watchQueue(nothing),
  Cache: (registry) => createCacheMetrics(registry).watch({ copies: nothing, dirty: nothing }),
  'Change feed and event stream': (registry) => {
    createFeedMetrics(registry).watch(nothing);
    createStreamMetrics(registry).watch(nothing);
  },
  'Outbox and events': (registry) => {
    const metrics = createMessagingMetrics(registry);
    metrics.watchOutbox(nothing, nothing);
    metrics.watchDepths(nothing);
  },
  Jobs: (registry) => createJobMetrics(registry).watchQueues({ counts: nothing }),
  'Sessions and accounts': (registry) => {
    createSessionMetrics(registry);
    createAccountMetrics(registry);
  },
  'Rate limits': (registry) => void createRateLimitMetrics(registry),
  MongoDB: (registry) => void createMongoMetrics(registry),
  Health: (registry) => createHealthMetrics({ registry, isReady: nothing, states: nothing }),
  'Process and Node': watchProcess,
};

/** The client keeps the names of labels, and its types keep them to itself. */
const labelsOf = (metric: object): string[] =>
  'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];

/** Every metric of the service, in groups, from the code that makes them. */
export const metricCatalogue = (): CatalogueGroup[] =>
  Object.entries(groups).map(([title, register]) => {
    const registry = new Registry();
    register(registry);
    const metrics = registry.getMetricsAsArray().map((metric) => ({
      name: metric.name,
      type: String(metric.type),
      labels: labelsOf(metric),
      help: metric.help,
    }));
    return { title, metrics };
  });
