import type { MessagingMetrics } from '../../src/services/messaging/messaging-metrics.js';

const nothing = () => undefined;

/** Nobody listens. */
export const silent: { metrics: MessagingMetrics; logger: { warn: () => void } } = {
  metrics: {
    published: nothing,
    relayLag: nothing,
    jobs: nothing,
    handled: nothing,
    handleLag: nothing,
    watchOutbox: nothing,
    watchDepths: nothing,
  },
  logger: { warn: nothing },
};
