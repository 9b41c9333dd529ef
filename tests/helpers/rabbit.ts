import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Channel } from 'amqplib';
import { isListening } from '../../src/config/mongod-process.js';
import { connectRabbit, type Rabbit } from '../../src/config/rabbitmq.js';
import { defaultRetryPolicy } from '../../src/services/messaging/delivery.js';
import { rabbitNames } from '../../src/services/messaging/rabbit-topology.js';
import { newId } from '../../src/utils/uuid.js';
import { describeWith } from './needs.js';

/** The broker of the machine, which other tests use at the same time: names are each test file's own. */
export const rabbitUrl = process.env['RABBITMQ_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';
export const rabbitPort = Number(new URL(rabbitUrl).port) || 5672;

const looksMax = 5;
/** A look more costs little; a broker that is taken for missing costs every test of it. */
const isThere = async (looks = 1): Promise<boolean> => {
  if (await isListening(rabbitPort)) return true;
  if (looks === looksMax) return false;
  await sleep(200);
  return isThere(looks + 1);
};
const missing = (await isThere()) ? undefined : `nothing listens at ${new URL(rabbitUrl).host}`;

/** A broker that hangs takes connections and says nothing: a wait for it would keep the whole run from its end. */
const handshakeMsMax = 60_000;
const heartbeatSeconds = 30;

/** Runs `task` on a channel of its own. */
export const onChannel = async <T>(task: (channel: Channel) => Promise<T>): Promise<T> => {
  const url = new URL(rabbitUrl);
  url.searchParams.set('heartbeat', String(heartbeatSeconds));
  const model = await connect(url.href, { timeout: handshakeMsMax });
  // What it says is what the calls fail with.
  model.on('error', () => undefined);
  try {
    return await task(await model.createChannel());
  } finally {
    await model.close();
  }
};

const retryLevels = defaultRetryPolicy.levelsMs.length;

/** What the service itself declares. */
const serviceQueues = ['stock.orders', 'orders.outcomes', 'orders.accounts'] as const;

const deleteAll = (prefix: string, queues: ReadonlySet<string>): Promise<void> =>
  onChannel(async (channel) => {
    const names = rabbitNames(prefix);
    for (const queue of queues) {
      await channel.deleteQueue(names.queue(queue));
      for (let level = 0; level < retryLevels; level++) await channel.deleteQueue(names.retry(queue, level));
    }
    await channel.deleteQueue(names.dead);
    await channel.deleteExchange(names.events);
    await channel.deleteExchange(names.dead);
  });

const cleanMsMax = 180_000;
/** What is to be deleted at the end of the suite that is being defined. */
const cleanings: (() => Promise<void>)[] = [];

/**
 * `describe` for tests on a real RabbitMQ: skipped, and said loudly, where none can be had. Its queues are deleted last of all, as a
 * service that still runs makes its own anew, and a broker that has some 300 left takes no more connections: each reserves three of its files.
 */
export const describeRabbit = (name: string, suite: () => void): void =>
  describeWith('RabbitMQ', missing)(name, () => {
    suite();
    const mine = cleanings.splice(0);
    afterAll(async () => {
      for (const clean of mine) await clean();
    }, cleanMsMax);
  });

/**
 * Names for the exchanges and queues of the calling file, all deleted at its end. Call it inside `describeRabbit`.
 * @param queues every queue that the file uses beside the service's own
 */
export const freshPrefix = (...queues: readonly string[]): string => {
  const prefix = `t_${newId().replaceAll('-', '')}`;
  cleanings.push(() => deleteAll(prefix, new Set([...serviceQueues, ...queues])));
  return prefix;
};

const quiet = { warn: () => undefined, info: () => undefined };

/** Connections as the service makes them, by default straight to the broker. */
export const openRabbit = (port = rabbitPort): Promise<Rabbit> => {
  const url = new URL(rabbitUrl);
  url.port = String(port);
  return connectRabbit({ url: url.href, name: 'tests', logger: quiet });
};
