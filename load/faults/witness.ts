import { connect, type ChannelModel } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { anyEventOf } from './event-text.js';
import type { DomainEvent } from '../../src/schemas/events.js';
import { rabbitNames } from '../../src/services/messaging/rabbit-topology.js';
import { waitFor } from '../../tests/helpers/wait-for.js';
import { witnessQueue, type Broker } from './system/broker.js';

const handshakeMs = 10_000;
const againMs = 200;
const closeMsMax = 3_000;
const upMsMax = 120_000;
const prefetch = 500;

export interface Witness {
  /** Waits until it listens. */
  listening: () => Promise<void>;
  /** All that came since the last `forget`, repeats included. */
  events: () => readonly DomainEvent[];
  /** What came and is no event. */
  refused: () => readonly string[];
  forget: () => void;
  deadLetters: () => Promise<number>;
  close: () => Promise<void>;
}

/** A connection whose broker has just died may never say that it is closed. */
const closed = async (model: ChannelModel | undefined): Promise<void> => {
  const closing = model?.close().catch(() => undefined);
  await Promise.race([closing, sleep(closeMsMax)]);
};

/**
 * Binds a durable queue of its own to every event, and takes what comes, past the proxies; over a broker that dies and comes back.
 * It has to listen before the first event is published: what finds no queue is gone.
 */
export const openWitness = (broker: Broker, warn: (line: string) => void): Witness => {
  const names = rabbitNames(broker.prefix);
  const queue = witnessQueue(broker.prefix);
  const events: DomainEvent[] = [];
  const refused: string[] = [];
  const take = (content: Buffer): void => {
    try {
      events.push(anyEventOf(content));
    } catch (error) {
      refused.push(
        `${content.toString('utf8')} is no event: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  let model: ChannelModel | undefined;
  let isClosed = false;

  /** Resolves when the connection is gone. */
  const listen = async (): Promise<void> => {
    const made = await connect(`${broker.url(broker.port() ?? 0)}?heartbeat=5`, { timeout: handshakeMs });
    const gone = new Promise<void>((resolve) => made.once('close', () => resolve()));
    made.on('error', () => undefined);
    try {
      const channel = await made.createChannel();
      channel.on('error', (error: Error) => warn(`the witness: ${error.message}`));
      await channel.assertExchange(names.events, 'topic', { durable: true });
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      await channel.bindQueue(queue, names.events, '#');
      await channel.prefetch(prefetch);
      await channel.consume(queue, (message) => {
        if (message === null) return;
        take(message.content);
        channel.ack(message);
      });
      model = made;
      await gone;
    } finally {
      model = undefined;
      await closed(made);
    }
  };

  const listening = async (): Promise<void> => {
    while (!isClosed) {
      await listen().catch(() => undefined);
      await sleep(againMs);
    }
  };
  const running = listening();

  return {
    listening: async () => {
      await waitFor(() => model, { deadlineMs: upMsMax, what: 'the witness of events' });
    },
    events: () => events,
    refused: () => refused,
    forget: () => {
      events.splice(0);
      refused.splice(0);
    },
    deadLetters: async () => {
      const channel = await model?.createChannel();
      if (channel === undefined) throw new Error('the witness has no connection');
      const { messageCount } = await channel.checkQueue(names.dead);
      await channel.close();
      return messageCount;
    },
    close: async () => {
      isClosed = true;
      await closed(model);
      // Nobody waits for a connection that is just being tried.
      await Promise.race([running, sleep(closeMsMax)]);
    },
  };
};
