import type { DeadLetterDocument } from '../../models/delivery.model.js';
import type { DeliveryStore } from '../../models/delivery-store.js';
import type { LeaseStore } from '../../models/lease.model.js';
import type { DomainEvent, EventType } from '../../schemas/events.js';
import { createDelivery, defaultRetryPolicy, type RetryPolicy } from './delivery.js';
import {
  mandatoryTypes,
  type Consumer,
  type ConsumerOptions,
  type DeadLetter,
  type Depths,
  type EventBus,
  type PublishOutcome,
} from './event-bus.js';
import { createLease } from './lease.js';
import { createLocalConsumer, type LocalConsumer } from './local-consumer.js';
import type { ConsumerMetrics } from './messaging-metrics.js';

export interface LocalBusOptions {
  store: DeliveryStore;
  leases: LeaseStore;
  processId: string;
  metrics: ConsumerMetrics;
  logger: { warn: (fields: object, message: string) => void };
  policy?: RetryPolicy;
  /** How long the close of a consumer waits for what is in hand. */
  patienceMs?: number;
}

/** How old what is known of other processes' bindings may be. */
const bindingsMsMax = 1_000;

const letterOf = ({ eventId, queue, type, reason, failures, at, body }: DeadLetterDocument): DeadLetter => ({
  id: eventId,
  queue,
  type,
  reason,
  failures,
  at,
  body,
});

/** Which queues take an event, as the database has it. */
const createRoutes = (store: Pick<DeliveryStore, 'queues'>) => {
  let known = new Map<string, string[]>();
  let readMs = -Infinity;
  return {
    queuesOf: async (type: EventType): Promise<readonly string[]> => {
      if (performance.now() - readMs > bindingsMsMax) {
        const fresh = new Map<string, string[]>();
        const startedMs = performance.now();
        for (const { _id, bindings } of await store.queues()) {
          for (const bound of bindings) fresh.set(bound, [...(fresh.get(bound) ?? []), _id]);
        }
        known = fresh;
        readMs = startedMs;
      }
      return known.get(type) ?? [];
    },
    forget: (): void => {
      readMs = -Infinity;
    },
  };
};

const depthsOf = async (
  store: Pick<DeliveryStore, 'waiting' | 'deadCount'>,
  queues: ReadonlySet<string>,
): Promise<Depths> => {
  const counted = [...queues].map(async (queue) => [queue, await store.waiting(queue)] as const);
  const [deadLetters, ...events] = await Promise.all([store.deadCount(), ...counted]);
  return { events: new Map(events), deadLetters };
};

/** Events without a broker: queues in MongoDB, worked off by one process each at a time. What is promised is the same. */
export const createLocalBus = ({
  store,
  leases,
  processId,
  metrics,
  logger,
  policy = defaultRetryPolicy,
  patienceMs,
}: LocalBusOptions): EventBus => {
  const consumers = new Map<LocalConsumer, string>();
  const routes = createRoutes(store);

  const publish = async (events: readonly DomainEvent[]): Promise<PublishOutcome[]> => {
    const dueAt = new Date();
    const targets = await Promise.all(events.map((event) => routes.queuesOf(event.type)));
    const documents = events.flatMap((event, index) => {
      const queues = targets[index] ?? [];
      const body = queues.length === 0 ? '' : JSON.stringify(event);
      return queues.map((queue) => ({
        _id: `${queue}:${event.id}`,
        queue,
        eventId: event.id,
        type: event.type,
        body,
        failures: 0,
        dueAt,
      }));
    });
    if (documents.length > 0) await store.put(documents);
    const reached = new Set(documents.map(({ queue }) => queue));
    for (const [consumer, queue] of consumers) if (reached.has(queue)) consumer.wake();
    return events.map(({ type }, index) =>
      targets[index]?.length === 0 && mandatoryTypes.has(type) ? 'returned' : 'published',
    );
  };

  return {
    isUp: () => true,
    publish: (events) =>
      publish(events).catch((error: unknown) => {
        logger.warn({ err: error }, 'publishing failed');
        return events.map((): PublishOutcome => 'failed');
      }),
    consume: <T extends EventType>(options: ConsumerOptions<T>): Consumer => {
      const { queue, bindings, prefetch } = options;
      const consumer = createLocalConsumer({
        store,
        lease: createLease({ store: leases, name: `queue:${queue}`, holder: processId, logger }),
        bind: () => store.bind(queue, bindings).then(routes.forget),
        queue,
        prefetch,
        policy,
        deliver: createDelivery({ consumer: options, policy, metrics, logger }),
        logger,
        patienceMs,
      });
      consumers.set(consumer, queue);
      return consumer;
    },
    deadLetters: {
      list: async (filter) => (await store.findDead(filter)).map(letterOf),
      replay: store.revive,
      drop: store.dropDead,
    },
    depths: () => depthsOf(store, new Set(consumers.values())),
    close: async () => {
      await Promise.all([...consumers.keys()].map((consumer) => consumer.close()));
    },
  };
};
