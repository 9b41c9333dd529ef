import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import { createHash } from 'node:crypto';
import { AppError } from '../../utils/errors.js';
import type { DeadLetter, DeadLetterFilter, DeadLetters } from './event-bus.js';
import type { Link } from './rabbit-channel.js';
import type { RabbitPublisher } from './rabbit-publisher.js';
import { declareGround, type RabbitNames } from './rabbit-topology.js';

export interface RabbitDeadLettersOptions {
  link: Link;
  publisher: Pick<RabbitPublisher, 'publish' | 'isUp'>;
  names: RabbitNames;
  /** How long the broker is waited for. */
  patienceMs?: number;
}

interface Held {
  letter: DeadLetter;
  message: GetMessage;
}

const looksMax = 10_000;
const pollMs = 20;

const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex').slice(0, 16);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Ours say why they died; those that the broker buried say it in its own words. */
const letterOf = (message: GetMessage, names: RabbitNames): DeadLetter => {
  const { content, properties, fields } = message;
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const deaths = headers['x-death'];
  const death = (Array.isArray(deaths) ? (deaths as unknown[])[0] : undefined) as
    { reason?: unknown; time?: { value?: unknown } } | undefined;
  const seconds = death?.time?.value;
  const failures = headers['x-failures'];
  return {
    id: textOf(properties.messageId) ?? digestOf(content),
    queue: names.plain(fields.routingKey),
    type: textOf(properties.type) ?? 'unknown',
    reason: textOf(headers['x-reason']) ?? `RabbitMQ: ${textOf(death?.reason) ?? 'unknown'}`,
    failures: typeof failures === 'number' ? failures : 0,
    at: new Date(textOf(headers['x-at']) ?? (typeof seconds === 'number' ? seconds * 1000 : 0)),
    body: content.toString('utf8'),
  };
};

const matches = ({ ids, queue }: DeadLetterFilter, letter: DeadLetter): boolean =>
  (ids === undefined || ids.has(letter.id)) && (queue === undefined || queue === letter.queue);

/** The dead letters of RabbitMQ: taken out one by one; what is not settled goes back as it was when the channel closes. */
export const createRabbitDeadLetters = (options: RabbitDeadLettersOptions): DeadLetters => {
  const { link, publisher, names, patienceMs = 5_000 } = options;

  const modelInTime = (): Promise<ChannelModel> =>
    new Promise((resolve, reject) => {
      const deadline = performance.now() + patienceMs;
      let model: ChannelModel | undefined;
      const stop = link.onConnect((fresh) => (model = fresh));
      const look = () => {
        const late = performance.now() > deadline;
        if (!late && (model === undefined || !publisher.isUp())) return;
        clearInterval(timer);
        stop();
        if (model !== undefined && !late) resolve(model);
        else reject(new AppError('UNAVAILABLE', { message: `RabbitMQ does not answer within ${patienceMs} ms.` }));
      };
      const timer = setInterval(look, pollMs);
      look();
    });

  /** Runs `settle` on each letter that matches, in order, until `limit`; @returns those for which it says true */
  const sift = async (filter: DeadLetterFilter, settle: (held: Held, channel: Channel) => Promise<boolean>) => {
    const channel = await (await modelInTime()).createChannel();
    channel.on('error', () => undefined);
    const settled: DeadLetter[] = [];
    try {
      await declareGround(channel, names);
      for (let looks = 0; looks < looksMax && settled.length < filter.limit; looks++) {
        const message = await channel.get(names.dead);
        if (message === false) break;
        const held = { message, letter: letterOf(message, names) };
        if (matches(filter, held.letter) && (await settle(held, channel))) settled.push(held.letter);
      }
      return settled;
    } finally {
      await channel.close().catch(() => undefined);
    }
  };

  return {
    list: (filter) => sift(filter, () => Promise.resolve(true)),
    replay: async (filter) => {
      const replayed = await sift(filter, async ({ letter, message }, channel) => {
        const { properties, content: body, fields } = message;
        const sent = { exchange: '', routingKey: fields.routingKey, body, mandatory: true };
        const messageId = textOf(properties.messageId) ?? letter.id;
        const [outcome] = await publisher.publish([{ ...sent, messageId, type: letter.type }]);
        if (outcome === 'published') channel.ack(message);
        return outcome === 'published';
      });
      return replayed.length;
    },
    drop: async (filter) => {
      const dropped = await sift(filter, ({ message }, channel) => {
        channel.ack(message);
        return Promise.resolve(true);
      });
      return dropped.length;
    },
  };
};
