import type { DeliveryDocument } from '../../models/delivery.model.js';
import type { DeliveryStore } from '../../models/delivery-store.js';
import { retryAfter, type Delivery, type RetryPolicy } from './delivery.js';
import type { Consumer } from './event-bus.js';
import { createInHand } from './in-hand.js';
import type { Lease } from './lease.js';
import { createLoop } from './loop.js';

export interface LocalConsumerOptions {
  store: Pick<DeliveryStore, 'due' | 'done' | 'postpone' | 'bury'>;
  /** Held by the one process that works off the queue. */
  lease: Pick<Lease, 'start' | 'isHeld' | 'stop'>;
  /** Makes the queue. */
  bind: () => Promise<void>;
  queue: string;
  prefetch: number;
  policy: RetryPolicy;
  deliver: Delivery;
  /** How long a close waits for what is in hand. */
  patienceMs?: number | undefined;
  logger: { warn: (fields: object, message: string) => void };
}

export interface LocalConsumer extends Consumer {
  /** Something has come into the queue. */
  wake: () => void;
}

const pollMs = 100;

/** Deletes what is done in as few statements as the work allows: what finishes while one is on its way goes into the next. */
const createSettler = (remove: (ids: readonly string[]) => Promise<void>) => {
  let waiting: string[] = [];
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();
  const flush = (): Promise<void> => {
    const ids = waiting;
    waiting = [];
    next = undefined;
    const removal = remove(ids);
    running = removal.catch(() => undefined);
    return removal;
  };
  return (id: string): Promise<void> => {
    waiting.push(id);
    return (next ??= running.then(flush));
  };
};

/** Works off a queue in MongoDB while this process holds its lease. What is in hand when a process dies is delivered again by the next. */
export const createLocalConsumer = (options: LocalConsumerOptions): LocalConsumer => {
  const { store, lease, bind, queue, prefetch, policy, deliver, logger } = options;
  const inHand = createInHand(options.patienceMs);
  const ids = new Set<string>();
  const done = createSettler(store.done);
  let bound = false;

  const settle = async (message: DeliveryDocument): Promise<void> => {
    const { _id, eventId, type, body, failures, dueAt } = message;
    const verdict = await deliver(body, failures, inHand.signal);
    if (verdict.kind === 'done') return done(_id);
    if (verdict.kind === 'dead') {
      const letter = {
        _id,
        queue,
        eventId,
        type,
        body,
        failures: failures + 1,
        reason: verdict.reason,
        at: new Date(),
      };
      return store.bury(letter, dueAt);
    }
    const { delayMs } = retryAfter(policy, failures + 1);
    return store.postpone(_id, failures + 1, new Date(Date.now() + delayMs));
  };

  const take = (message: DeliveryDocument): void => {
    ids.add(message._id);
    const work = settle(message)
      // It stays in the queue, and is delivered again.
      .catch((error: unknown) => logger.warn({ err: error, queue }, 'settling a message failed'))
      .finally(() => {
        ids.delete(message._id);
        loop.wake();
      });
    inHand.add(work);
  };

  const step = async (): Promise<number> => {
    if (!bound) {
      await bind();
      bound = true;
    }
    const room = prefetch - ids.size;
    if (!lease.isHeld() || room <= 0) return pollMs;
    const found = await store.due(queue, [...ids], new Date(), room);
    found.forEach(take);
    return found.length === room ? 0 : pollMs;
  };

  const loop = createLoop({ step, what: `queue ${queue}`, logger });
  const started = lease.start().then(loop.start);

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await started;
    await loop.stop();
    await inHand.drain();
    await lease.stop();
  };

  return {
    isLive: () => bound && lease.isHeld(),
    wake: loop.wake,
    close: () => (closing ??= close()),
  };
};
