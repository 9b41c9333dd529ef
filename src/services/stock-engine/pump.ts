import { AppError, unavailable } from '../../utils/errors.js';
import type { Lane } from './lane.js';
import type { Pending, Queue } from './queue.js';

/** The most commands that one transaction carries, and the lines at which it is full, as a command can have a thousand. */
const batchMax = 500;
const batchLinesMax = 5_000;
/** Who has waited so long without being taken into a batch is turned away, as is who would have to. */
const queueAgeMsMax = 3_000;
/** Who has no outcome after so long is answered 503, with the key that resolves it. */
const answerMsMax = 5_000;
const sweepMs = 100;

/** The outcome is open: the caller learns it by repeating with the key. */
const unresolved = (pending: Pending): AppError =>
  new AppError('UNAVAILABLE', { headers: { 'Retry-After': '1', 'Idempotency-Key': pending.command.retryKey } });

/**
 * Moves what waits in the queue through the lane, batch by batch, for as long as anything waits. A batch gathers while the
 * one before it is on its way: no timer, and no wait when the lane is idle.
 */
export const createPump = (queue: Queue, lane: Lane) => {
  let flying: readonly Pending[] = [];
  let flyingSinceMs = 0;
  let pumping: Promise<void> | null = null;

  /** Answers those whose time is up. */
  const endWaits = (): void => {
    const nowMs = performance.now();
    for (const pending of queue.takeOlderThan(nowMs - queueAgeMsMax)) pending.fail(unavailable(1));
    for (const pending of flying) {
      if (!pending.settled && nowMs - pending.sinceMs > answerMsMax) pending.fail(unresolved(pending));
    }
  };

  const pump = async (): Promise<void> => {
    // A loop that was held up runs its timers first: replies that are in already get their turn before anybody is given up.
    const sweep = setInterval(() => setImmediate(endWaits), sweepMs);
    while (queue.size() > 0) {
      flying = queue.take(batchMax, batchLinesMax);
      flyingSinceMs = performance.now();
      await lane.run(flying);
      flying = [];
    }
    clearInterval(sweep);
    pumping = null;
  };

  return {
    /** Sees to it that what waits gets its turn; what comes in the same turn of the loop is still in the first batch. */
    start: (): void => {
      pumping ??= new Promise<void>((resolve) => setImmediate(resolve)).then(pump);
    },
    /** Whether the batch on its way has been so for so long that nobody behind it would get a turn in time. */
    isStuck: (): boolean => flying.length > 0 && performance.now() - flyingSinceMs > queueAgeMsMax,
    /** Resolves when nothing waits any more and everyone has been told; every wait has a deadline, so this one has too. */
    idle: async (): Promise<void> => {
      while (pumping) await pumping;
      await lane.delivered();
    },
  };
};
