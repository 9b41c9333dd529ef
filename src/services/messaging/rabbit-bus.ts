import type { DomainEvent, EventType } from '../../schemas/events.js';
import { createDelivery, defaultRetryPolicy, type RetryPolicy } from './delivery.js';
import { mandatoryTypes, type Consumer, type ConsumerOptions, type EventBus } from './event-bus.js';
import type { ConsumerMetrics } from './messaging-metrics.js';
import type { KeptChannelOptions, Link } from './rabbit-channel.js';
import { createRabbitConsumer } from './rabbit-consumer.js';
import { createRabbitDeadLetters } from './rabbit-dead-letters.js';
import { createRabbitDepths } from './rabbit-depths.js';
import { createRabbitPublisher, type RabbitMessage } from './rabbit-publisher.js';
import { rabbitNames } from './rabbit-topology.js';

export interface RabbitBusOptions {
  rabbit: { publishing: Link; consuming: Link };
  /** Begins the name of every exchange and queue; deployments that share a broker need one each. */
  prefix: string;
  metrics: ConsumerMetrics;
  logger: KeptChannelOptions['logger'];
  policy?: RetryPolicy;
  /** How long the close of a consumer waits for what is in hand. */
  patienceMs?: number;
  /** How long a confirm may take. */
  confirmMsMax?: number;
}

/** Events over RabbitMQ. Opens no connection: it uses the ones it is given, whenever they are there. */
export const createRabbitBus = (options: RabbitBusOptions): EventBus => {
  const { rabbit, prefix, metrics, logger, policy = defaultRetryPolicy, confirmMsMax, patienceMs } = options;
  const names = rabbitNames(prefix);
  const publisher = createRabbitPublisher({
    link: rabbit.publishing,
    logger,
    names,
    ...(confirmMsMax === undefined ? {} : { confirmMsMax }),
  });
  const consumers = new Map<Consumer, string>();
  const depths = createRabbitDepths({
    link: rabbit.consuming,
    logger,
    names,
    queues: () =>
      [...consumers]
        .filter(([consumer]) => consumer.isLive())
        .map(([, queue]) => ({ queue, retryLevels: policy.levelsMs.length })),
  });

  const messageOf = (event: DomainEvent): RabbitMessage => ({
    exchange: names.events,
    routingKey: event.type,
    body: Buffer.from(JSON.stringify(event)),
    messageId: event.id,
    type: event.type,
    mandatory: mandatoryTypes.has(event.type),
  });

  return {
    isUp: publisher.isUp,
    publish: (events) => publisher.publish(events.map(messageOf)),
    consume: <T extends EventType>(consumer: ConsumerOptions<T>): Consumer => {
      const { queue, bindings, prefetch } = consumer;
      const deliver = createDelivery({ consumer, policy, metrics, logger });
      const link = rabbit.consuming;
      const made = createRabbitConsumer({
        link,
        logger,
        names,
        publisher,
        queue,
        bindings,
        prefetch,
        policy,
        deliver,
        patienceMs,
      });
      consumers.set(made, queue);
      return made;
    },
    deadLetters: createRabbitDeadLetters({ link: rabbit.consuming, publisher, names }),
    depths: depths.read,
    close: async () => {
      await Promise.all([depths.close(), ...[...consumers.keys()].map((consumer) => consumer.close())]);
      await publisher.close();
    },
  };
};
