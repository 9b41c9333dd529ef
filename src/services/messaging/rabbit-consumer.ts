import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType } from '../../schemas/events.js';
import { fullJitterMs } from '../../utils/retry.js';
import { retryAfter, type Delivery, type RetryPolicy, type Verdict } from './delivery.js';
import type { Consumer } from './event-bus.js';
import { createInHand } from './in-hand.js';
import { keepChannel, type KeptChannelOptions } from './rabbit-channel.js';
import type { RabbitMessage, RabbitPublisher } from './rabbit-publisher.js';
import { declareGround, declareQueue, type RabbitNames } from './rabbit-topology.js';

export interface RabbitConsumerOptions extends Pick<KeptChannelOptions, 'link' | 'logger'> {
  names: RabbitNames;
  publisher: Pick<RabbitPublisher, 'publish'>;
  queue: string;
  bindings: readonly EventType[];
  prefetch: number;
  policy: RetryPolicy;
  deliver: Delivery;
  /** How long a close waits for what is in hand. */
  patienceMs?: number | undefined;
}

/** Counts what failed under our eyes; the broker itself counts only what came back without a word. */
const failuresHeader = 'x-failures';

const failuresOf = ({ properties }: ConsumeMessage): number => {
  const count: unknown = properties.headers?.[failuresHeader];
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
};

/** What carries a message on: to where it waits for its next try, or to the dead letters. */
const onwardOf = (
  message: ConsumeMessage,
  verdict: Exclude<Verdict, { kind: 'done' }>,
  options: RabbitConsumerOptions,
) => {
  const { names, queue, policy } = options;
  const failures = failuresOf(message) + 1;
  const same = {
    body: message.content,
    messageId: String(message.properties.messageId ?? ''),
    type: String(message.properties.type ?? ''),
    mandatory: true,
  };
  const headers = { [failuresHeader]: failures, 'x-reason': verdict.reason, 'x-at': new Date().toISOString() };
  if (verdict.kind === 'dead') return { ...same, exchange: names.dead, routingKey: names.queue(queue), headers };
  const { level, delayMs } = retryAfter(policy, failures);
  return { ...same, exchange: '', routingKey: names.retry(queue, level), headers, expirationMs: delayMs };
};

/** Works off a queue of RabbitMQ on a channel of its own, over whatever connections come. */
export const createRabbitConsumer = (options: RabbitConsumerOptions): Consumer => {
  const { link, logger, names, publisher, queue, bindings, prefetch, policy, deliver } = options;
  const inHand = createInHand(options.patienceMs);
  let isClosing = false;
  let live: { channel: Channel; tag: string } | undefined;

  const isOpen = (channel: Channel) => live?.channel === channel;

  /** Until it has arrived, or the channel is gone and the broker gives the message to somebody else. */
  const carryOn = async (channel: Channel, message: RabbitMessage): Promise<boolean> => {
    for (let tries = 0; isOpen(channel); tries++) {
      const [outcome] = await publisher.publish([message]);
      if (outcome === 'published') return true;
      await sleep(20 + fullJitterMs(tries, 100, 5_000), undefined, { ref: false });
    }
    return false;
  };

  const work = async (channel: Channel, message: ConsumeMessage): Promise<void> => {
    const verdict = await deliver(message.content.toString('utf8'), failuresOf(message), inHand.signal);
    const arrived = verdict.kind === 'done' || (await carryOn(channel, onwardOf(message, verdict, options)));
    // What was delivered on a lost channel is delivered again on another, and cannot be acknowledged.
    if (arrived && isOpen(channel)) channel.ack(message);
  };

  const kept = keepChannel({
    link,
    logger,
    what: `queue ${queue}`,
    onLost: (channel) => {
      if (isOpen(channel)) live = undefined;
    },
    setUp: async (channel: ConfirmChannel) => {
      await declareGround(channel, names);
      await declareQueue(channel, names, { queue, bindings, retryLevels: policy.levelsMs.length });
      await channel.prefetch(prefetch);
      live = { channel, tag: '' };
      const { consumerTag } = await channel.consume(names.queue(queue), (message) => {
        if (message === null) kept.renew();
        // What still comes in after the cancel goes back when the channel closes.
        else if (!isClosing && isOpen(channel)) inHand.add(work(channel, message));
      });
      if (isOpen(channel)) live = { channel, tag: consumerTag };
    },
  });

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const open = live;
    // On a dead cable the answer comes with the heartbeat's end; the channel is closed below all the same.
    void open?.channel.cancel(open.tag).catch(() => undefined);
    isClosing = true;
    await inHand.drain();
    live = undefined;
    await kept.close();
  };

  return {
    isLive: () => kept.current() !== undefined,
    close: () => (closing ??= close()),
  };
};
