import { Queue, type IRedisClient } from 'bullmq';
import { within } from '../../utils/deadline.js';
import { AppError, unavailable } from '../../utils/errors.js';
import { queueNames, type QueueName } from '../../utils/queue-names.js';
import type { BullQueue } from './bull-views.js';

/** How long Redis may take to answer; a frozen one never does. */
const answerMsMax = 2_000;

/** BullMQ's queues, asked in such a way that nobody waits for a Redis that is away. */
export const createBullQueues = (redis: { connection: IRedisClient; isUp: () => boolean }, prefix: string) => {
  const { connection } = redis;
  const make = (name: QueueName): BullQueue => {
    const queue: BullQueue = new Queue(name, { connection, prefix });
    // The connection says itself when it is away and when it is back.
    queue.on('error', () => undefined);
    return queue;
  };
  const queues = new Map<QueueName, BullQueue>(queueNames.map((name) => [name, make(name)]));

  /** A queue whose connection broke while it was being made never works; the next who asks finds a new one. */
  const queueOf = async (name: QueueName): Promise<BullQueue> => {
    const queue = queues.get(name);
    if (!queue) throw new AppError('INTERNAL', { message: `There is no queue ${name}.` });
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      if (queues.get(name) === queue) queues.set(name, make(name));
      await queue.close().catch(() => undefined);
      throw unavailable(1, error);
    }
  };
  const allQueues = (): Promise<BullQueue[]> => Promise.all(queueNames.map(queueOf));

  /** @throws AppError UNAVAILABLE when Redis is away, or does not answer in time */
  const answered = <T>(ask: () => Promise<T>): Promise<T> => {
    if (!redis.isUp()) return Promise.reject(unavailable(1));
    return within(answerMsMax, ask(), () => unavailable(1));
  };

  return {
    queueOf,
    allQueues,
    answered,
    closeQueues: () =>
      within(answerMsMax, Promise.all([...queues.values()].map((queue) => queue.close())), () => unavailable(1)),
  };
};
