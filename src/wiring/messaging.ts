import { createDeliveryStore } from '../models/delivery-store.js';
import { createLeaseStore } from '../models/lease.model.js';
import { createOutboxStore } from '../models/outbox-store.js';
import type { EventBus } from '../services/messaging/event-bus.js';
import { createLease } from '../services/messaging/lease.js';
import { createLocalBus } from '../services/messaging/local-bus.js';
import { createMessagingMetrics } from '../services/messaging/messaging-metrics.js';
import { createRabbitBus } from '../services/messaging/rabbit-bus.js';
import { createRelay, type RelayDependencies } from '../services/messaging/relay.js';
import type { Ground } from './ground.js';

export interface Messaging {
  /** Consumers are started on it; whoever starts one before `startRelay` misses nothing. */
  bus: EventBus;
  /** From here on this process publishes the outbox, whenever no other does, and hands its jobs over. */
  startRelay: (jobs: RelayDependencies['jobs']) => Promise<void>;
}

/** The bus, on RabbitMQ where there is one, else on the database. Wire it after the engine: its consumers stop before that. */
export const wireMessaging = (ground: Ground): Messaging => {
  const { env, rabbit, connection, processId, metrics, logger, closers } = ground;
  const figures = createMessagingMetrics(metrics.registry);
  const leases = createLeaseStore(connection);
  const bus =
    rabbit === undefined
      ? createLocalBus({ store: createDeliveryStore(connection), leases, processId, metrics: figures, logger })
      : createRabbitBus({ rabbit, prefix: env.RABBITMQ_PREFIX, metrics: figures, logger });
  figures.watchDepths(bus.depths);
  closers.add('event bus', bus.close);
  return {
    bus,
    startRelay: async (jobs) => {
      const outbox = createOutboxStore(connection);
      const lease = createLease({ store: leases, name: 'relay', holder: processId, logger });
      const relay = createRelay({ outbox, bus, jobs, lease, metrics: figures, logger });
      figures.watchOutbox(outbox.backlog, relay.isLeader);
      await relay.start();
      closers.add('relay', relay.stop);
    },
  };
};
