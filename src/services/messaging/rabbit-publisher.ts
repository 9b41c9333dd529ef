import type { ConfirmChannel } from 'amqplib';
import type { PublishOutcome } from './event-bus.js';
import { keepChannel, type KeptChannelOptions } from './rabbit-channel.js';
import { declareGround, type RabbitNames } from './rabbit-topology.js';

export interface RabbitMessage {
  exchange: string;
  routingKey: string;
  body: Buffer;
  messageId: string;
  type: string;
  /** Whether it counts as returned when no queue takes it. */
  mandatory: boolean;
  headers?: Readonly<Record<string, string | number>>;
  /** Milliseconds until it leaves its queue. */
  expirationMs?: number;
}

export interface RabbitPublisherOptions extends Pick<KeptChannelOptions, 'link' | 'logger'> {
  names: RabbitNames;
  /** How long a confirm may take; a broker that is short of memory never sends one. */
  confirmMsMax?: number;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
}

/**
 * After so long of refusals the channel is given up for another. RabbitMQ tells a channel that a queue is full, and forgets to tell it
 * that the queue's limit is gone: such a channel is refused for ever, where a fresh one is not.
 */
const refusedMsMax = 5_000;

/** Messages that came back since; the broker returns a message before it confirms it. */
type Returned = WeakMap<ConfirmChannel, Set<string>>;

const send = (
  channel: ConfirmChannel,
  returned: Returned,
  message: RabbitMessage,
  done: (outcome: PublishOutcome) => void,
) => {
  const { exchange, routingKey, body, messageId, type, mandatory, headers, expirationMs } = message;
  channel.publish(
    exchange,
    routingKey,
    body,
    {
      persistent: true,
      contentType: 'application/json',
      messageId,
      type,
      mandatory,
      timestamp: Math.floor(Date.now() / 1000),
      ...(headers === undefined ? {} : { headers }),
      ...(expirationMs === undefined ? {} : { expiration: String(Math.round(expirationMs)) }),
    },
    (error: unknown) => {
      if (error !== null) {
        done('failed');
        return;
      }
      done(returned.get(channel)?.delete(messageId) === true ? 'returned' : 'published');
    },
  );
};

/** How long messages have been refused, with no pause that is longer than the limit itself. */
const createRefusals = (nowMs: () => number) => {
  let sinceMs = -Infinity;
  let lastMs = -Infinity;
  return {
    /** Notes a refusal. @returns whether it has gone on for too long */
    goOn: (): boolean => {
      const now = nowMs();
      if (now - lastMs > refusedMsMax) sinceMs = now;
      lastMs = now;
      return now - sinceMs >= refusedMsMax;
    },
    forget: (): void => void (lastMs = -Infinity),
  };
};

/** Publishes with confirms, all messages of a call on their way at once; the caller bounds their number. */
export const createRabbitPublisher = (options: RabbitPublisherOptions) => {
  const { link, logger, names, confirmMsMax = 5_000, nowMs = () => performance.now() } = options;
  const returned: Returned = new WeakMap();
  const refusals = createRefusals(nowMs);
  /** Calls that wait for confirms. */
  let waiting = 0;
  const kept = keepChannel({
    link,
    logger,
    what: 'publishing',
    setUp: async (channel) => {
      const ids = new Set<string>();
      returned.set(channel, ids);
      channel.on('return', ({ properties }) => ids.add(String(properties.messageId)));
      await declareGround(channel, names);
    },
  });

  const renew = (fields: object, message: string): void => {
    logger.warn(fields, message);
    refusals.forget();
    kept.renew();
  };

  /** Whoever else waits would lose the confirms with the channel, and comes by here as well. */
  const endRefusals = (): void => {
    if (!refusals.goOn() || waiting > 0) return;
    renew({ refusedMsMax }, 'RabbitMQ goes on refusing messages, as for a full queue; trying anew');
  };

  /** @returns one outcome for each message; never rejects */
  const publish = (messages: readonly RabbitMessage[]): Promise<PublishOutcome[]> => {
    const outcomes = messages.map((): PublishOutcome => 'failed');
    const channel = kept.current();
    if (channel === undefined || messages.length === 0) return Promise.resolve(outcomes);
    waiting++;
    return new Promise((resolve) => {
      let open = messages.length;
      let isOver = false;
      const end = (): void => {
        isOver = true;
        waiting--;
        clearTimeout(timer);
        resolve(outcomes);
      };
      const giveUp = (reason: unknown): void => {
        end();
        renew({ reason, unconfirmed: open }, 'RabbitMQ does not confirm; trying anew');
      };
      const timer = setTimeout(() => giveUp('timeout'), confirmMsMax);
      try {
        messages.forEach((message, index) =>
          send(channel, returned, message, (outcome) => {
            if (isOver) return;
            outcomes[index] = outcome;
            if (--open > 0) return;
            end();
            if (outcomes.includes('failed')) endRefusals();
          }),
        );
      } catch (error) {
        // The channel has closed meanwhile.
        giveUp(error instanceof Error ? error.message : error);
      }
    });
  };

  return { isUp: () => kept.current() !== undefined, publish, close: kept.close };
};

export type RabbitPublisher = ReturnType<typeof createRabbitPublisher>;
