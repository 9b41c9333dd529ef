import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { fullJitterMs } from '../../utils/retry.js';

/** A connection that comes back by itself. */
export interface Link {
  /** Told of every new connection, and of the present one at once. @returns ends that */
  onConnect: (listener: (model: ChannelModel) => void) => () => void;
}

export interface KeptChannelOptions {
  link: Link;
  /** Declares what is needed and listens, on each new channel, before anybody uses it. */
  setUp: (channel: ConfirmChannel) => Promise<void>;
  /** Told when a channel is gone for good. */
  onLost?: (channel: ConfirmChannel) => void;
  logger: { warn: (fields: object, message: string) => void };
  /** For the log: what the channel is for. */
  what: string;
}

export interface KeptChannel {
  /** The channel to use now; undefined while there is none. */
  current: () => ConfirmChannel | undefined;
  /** Gives the present channel up and makes another. */
  renew: () => void;
  /** No more channels; the present one is closed, unless its broker does not answer in time. */
  close: () => Promise<void>;
}

const closeMsMax = 1_000;

/**
 * Keeps one confirm channel open over a connection that comes and goes. A channel dies with its connection, and alone when the broker
 * refuses something. No step needs a deadline of its own: the heartbeat ends a connection that does not answer, and every call on it fails.
 */
export const keepChannel = ({ link, setUp, onLost, logger, what }: KeptChannelOptions): KeptChannel => {
  let model: ChannelModel | undefined;
  let channel: ConfirmChannel | undefined;
  let timer: NodeJS.Timeout | undefined;
  let tries = 0;
  let closed = false;
  /** Grows with each attempt: what an older one comes up with is too late. */
  let round = 0;

  const later = () => {
    if (closed || model === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => void open(), 20 + fullJitterMs(tries++, 50, 5_000));
    timer.unref();
  };

  const lost = (gone: ConfirmChannel) => {
    if (channel === gone) channel = undefined;
    onLost?.(gone);
  };

  const open = async (): Promise<void> => {
    const mine = ++round;
    const isStale = () => closed || mine !== round;
    try {
      const made = await model?.createConfirmChannel();
      if (made === undefined) return;
      made.on('error', (error: Error) => logger.warn({ reason: error.message, what }, 'RabbitMQ closed a channel'));
      made.on('close', () => {
        lost(made);
        if (!isStale()) later();
      });
      await setUp(made);
      if (isStale()) {
        await made.close();
        return;
      }
      channel = made;
      tries = 0;
    } catch {
      // The connection is gone, and the next one opens anew; or the channel alone, which its listeners have said.
      if (!isStale()) later();
    }
  };

  const stopListening = link.onConnect((fresh) => {
    model = fresh;
    tries = 0;
    fresh.once('close', () => {
      if (model === fresh) model = undefined;
    });
    void open();
  });

  return {
    current: () => channel,
    renew: () => {
      const old = channel;
      if (old === undefined) return;
      lost(old);
      void old.close().catch(() => undefined);
      void open();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      stopListening();
      const last = channel;
      channel = undefined;
      if (last === undefined) return;
      let late: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (late = setTimeout(resolve, closeMsMax)));
      await Promise.race([last.close().catch(() => undefined), patience]).finally(() => clearTimeout(late));
    },
  };
};
