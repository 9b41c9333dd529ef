import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { createHeardBook } from './heard-book.js';
import type { Goods } from './shelf.js';

/** Somebody who listens to all that a service tells: a queue at the broker with every event, and a stream of server-sent events. */
export interface Hearing {
  /**
   * Waits until all that was sold has been told by both.
   * @returns how long that took, and what was not told in time
   */
  untilTold: (goods: Goods) => Promise<{ toldMs: number; faults: string[] }>;
  close: () => Promise<void>;
}

export interface HearingOptions {
  rabbitUrl: string;
  /** The topic exchange of the service's events. */
  exchange: string;
  port: number;
}

const toldMsMax = 60_000;
const pollMs = 20;
const comeBackMs = 200;

type Book = ReturnType<typeof createHeardBook>;

/** Every event there is, by a queue that goes when its listener does. */
const hearBroker = async ({ rabbitUrl, exchange }: HearingOptions, book: Book): Promise<() => Promise<void>> => {
  const model = await connect(rabbitUrl, { timeout: 5000 });
  model.on('error', (error: Error) => console.error('The listener at the broker:', error.message));
  const channel = await model.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
  await channel.bindQueue(queue, exchange, '#');
  await channel.consume(
    queue,
    (message) => {
      if (message) book.message(message.content.toString('utf8'));
    },
    { noAck: true },
  );
  return () => model.close();
};

/** The stream as a browser follows it: one that is cut off comes back and says what it has seen last. */
const hearStream = async ({ port }: HearingOptions, book: Book): Promise<() => void> => {
  let closed = false;
  let request: ClientRequest | undefined;
  const open = (onOpen: () => void): void => {
    const lastId = book.lastStreamId();
    const headers = { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) };
    const again = (): void => {
      if (!closed) setTimeout(() => open(() => undefined), comeBackMs);
    };
    let answered = false;
    request = get({ host: '127.0.0.1', port, path: '/api/v1/events', headers }, (response: IncomingMessage) => {
      answered = true;
      response.setEncoding('utf8');
      let rest = '';
      response.on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) book.block(block);
      });
      response.on('close', again);
      onOpen();
    });
    // An answer that breaks off says so by `close`; only a request without any answer is told of here.
    request.on('error', () => {
      if (!answered) again();
    });
  };
  await new Promise<void>((resolve) => open(resolve));
  return () => {
    closed = true;
    request?.destroy();
  };
};

/** Begins to listen; returns once both are open. */
export const listenTo = async (options: HearingOptions): Promise<Hearing> => {
  const book = createHeardBook();
  const leaveBroker = await hearBroker(options, book);
  const leaveStream = await hearStream(options, book);
  return {
    untilTold: async ({ ids, answered }) => {
      const startedMs = performance.now();
      let faults = book.missing(ids, answered);
      while (faults.length > 0 && performance.now() - startedMs < toldMsMax) {
        await sleep(pollMs);
        faults = book.missing(ids, answered);
      }
      return { toldMs: performance.now() - startedMs, faults };
    },
    close: async () => {
      leaveStream();
      await leaveBroker();
    },
  };
};
