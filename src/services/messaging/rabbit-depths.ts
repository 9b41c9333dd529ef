import type { Channel } from 'amqplib';
import type { Depths } from './event-bus.js';
import { keepChannel, type KeptChannel, type KeptChannelOptions } from './rabbit-channel.js';
import { declareGround, type RabbitNames } from './rabbit-topology.js';

export interface RabbitDepthsOptions extends Pick<KeptChannelOptions, 'link' | 'logger'> {
  names: RabbitNames;
  /** The queues to look into, those in which messages wait for their next try included. */
  queues: () => readonly { queue: string; retryLevels: number }[];
}

/** What waits at RabbitMQ, asked on a channel of its own: a queue that somebody has deleted costs nobody else theirs. */
export const createRabbitDepths = ({ link, logger, names, queues }: RabbitDepthsOptions) => {
  let kept: KeptChannel | undefined;
  let closed = false;
  const channelNow = (): Channel | undefined => {
    if (closed) return undefined;
    kept ??= keepChannel({ link, logger, what: 'depths', setUp: (channel) => declareGround(channel, names) });
    return kept.current();
  };
  const countOf = async (channel: Channel, name: string): Promise<number> =>
    (await channel.checkQueue(name)).messageCount;

  return {
    /** @throws Error while the broker is away, and at the first look, which opens the channel */
    read: async (): Promise<Depths> => {
      const channel = channelNow();
      if (channel === undefined) throw new Error('There is no channel to RabbitMQ now.');
      const waiting = queues().map(async ({ queue, retryLevels }) => {
        const own = [
          names.queue(queue),
          ...Array.from({ length: retryLevels }, (_, level) => names.retry(queue, level)),
        ];
        const counts = await Promise.all(own.map((name) => countOf(channel, name)));
        return [queue, counts.reduce((sum, count) => sum + count, 0)] as const;
      });
      const [deadLetters, ...events] = await Promise.all([countOf(channel, names.dead), ...waiting]);
      return { events: new Map(events), deadLetters };
    },
    close: async (): Promise<void> => {
      closed = true;
      await kept?.close();
    },
  };
};
