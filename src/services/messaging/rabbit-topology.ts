import type { Channel } from 'amqplib';
import type { EventType } from '../../schemas/events.js';

/** What everything of one deployment is called at the broker. */
export const rabbitNames = (prefix: string) => ({
  /** Topic exchange; the routing key is the event's type. */
  events: `${prefix}.events`,
  /** Exchange and queue of dead letters; the routing key is the queue that they came from. */
  dead: `${prefix}.dead`,
  queue: (queue: string) => `${prefix}.${queue}`,
  retry: (queue: string, level: number) => `${prefix}.${queue}.retry.${level}`,
  /** What `queue` was called, for people. */
  plain: (name: string) => (name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name),
});

export type RabbitNames = ReturnType<typeof rabbitNames>;

/** How often a message may come back without a verdict: its consumer died with it in hand. */
const deliveriesMax = 20;
/** RabbitMQ 4 drops what has been looked at 20 times, unless it is told otherwise. */
const looksMax = 1_000_000;

/** The broker keeps a dead letter until the queue that it goes to has confirmed it, and that needs this overflow rule. */
const sureDeadLetters = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } as const;

const quorum = (more: Readonly<Record<string, unknown>>) => ({
  durable: true,
  arguments: { 'x-queue-type': 'quorum', ...more },
});

/** The exchanges and the queue of dead letters. */
export const declareGround = async (channel: Channel, names: RabbitNames): Promise<void> => {
  await channel.assertExchange(names.events, 'topic', { durable: true });
  await channel.assertExchange(names.dead, 'fanout', { durable: true });
  await channel.assertQueue(names.dead, quorum({ 'x-delivery-limit': looksMax }));
  await channel.bindQueue(names.dead, names.dead, '');
};

export interface QueueToDeclare {
  queue: string;
  bindings: readonly EventType[];
  /** How many queues of waiting messages; each message of one has about the same time to wait, so none holds up another for long. */
  retryLevels: number;
}

/** A queue with its bindings, and the queues in which its messages wait for their next try. */
export const declareQueue = async (
  channel: Channel,
  names: RabbitNames,
  { queue, bindings, retryLevels }: QueueToDeclare,
): Promise<void> => {
  const name = names.queue(queue);
  await channel.assertQueue(
    name,
    quorum({
      'x-delivery-limit': deliveriesMax,
      'x-dead-letter-exchange': names.dead,
      'x-dead-letter-routing-key': name,
      ...sureDeadLetters,
    }),
  );
  const back = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': name, ...sureDeadLetters };
  for (let level = 0; level < retryLevels; level++) await channel.assertQueue(names.retry(queue, level), quorum(back));
  for (const type of bindings) await channel.bindQueue(name, names.events, type);
};
