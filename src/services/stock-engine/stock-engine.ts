import { AppError, unavailable } from '../../utils/errors.js';
import type { Answer } from '../../models/command.model.js';
import type { Outcome, StockCommand } from './commands.js';
import type { Lane } from './lane.js';
import { createQueue, type Pending } from './queue.js';

/** The most commands that one transaction carries. */
const batchMax = 500;
/** Who has waited so long without being taken into a batch is turned away, as is who would have to. */
const queueAgeMsMax = 3_000;
/** Who has no outcome after so long is answered 503, with the key that resolves it. */
const answerMsMax = 5_000;
const sweepMs = 100;

export interface StockEngineDependencies {
  lane: Lane;
  /** The most commands that may wait; `PURCHASE_QUEUE_MAX`. */
  queueMax: number;
  metrics: {
    outcome: (kind: StockCommand['kind'], outcome: string) => void;
  };
}

/** An answer, and whether it repeats one that was given before. */
export interface Settled extends Answer {
  replayed: boolean;
}

const refusalError = (outcome: Outcome & { ok: false }): AppError =>
  new AppError(outcome.refusal.code, { details: outcome.refusal.details });

/** The outcome is open: the caller learns by repeating with the key. */
const unresolved = (pending: Pending): AppError =>
  new AppError('UNAVAILABLE', { headers: { 'Retry-After': '1', 'Idempotency-Key': pending.command.retryKey } });

/**
 * The one way in for everything that moves stock. Commands gather while the batch before them is on its way, and go together:
 * no timer, and no wait when the lane is idle.
 */
export const createStockEngine = ({ lane, queueMax, metrics }: StockEngineDependencies) => {
  const queue = createQueue();
  let flying: readonly Pending[] = [];
  let flyingSinceMs = 0;
  let pumping: Promise<void> | null = null;
  let closed = false;

  /** Answers those whose time is up. */
  const endWaits = (): void => {
    const nowMs = performance.now();
    for (const pending of queue.takeOlderThan(nowMs - queueAgeMsMax)) pending.fail(unavailable(1));
    for (const pending of flying) if (nowMs - pending.sinceMs > answerMsMax) pending.fail(unresolved(pending));
  };

  const pump = async (): Promise<void> => {
    // A loop that was held up runs its timers first: replies that are in already get their turn before anybody is given up.
    const sweep = setInterval(() => setImmediate(endWaits), sweepMs);
    try {
      while (queue.size() > 0) {
        flying = queue.take(batchMax);
        flyingSinceMs = performance.now();
        await lane.run(flying);
        flying = [];
      }
    } finally {
      clearInterval(sweep);
    }
  };

  const start = (): void => {
    pumping ??= new Promise<void>((resolve) => setImmediate(resolve)).then(pump).finally(() => {
      pumping = null;
      if (queue.size() > 0) start();
    });
  };

  const enqueue = (command: StockCommand): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const pending: Pending = {
        command,
        sinceMs: performance.now(),
        settled: false,
        settle: (outcome) => {
          pending.settled = true;
          resolve(outcome);
        },
        fail: (error) => {
          pending.settled = true;
          reject(error);
        },
      };
      queue.push(pending);
      start();
    });

  return {
    /**
     * Carries a command out, all its lines or none.
     * @throws AppError the refusal; UNAVAILABLE when the queue is full or too old, or when the outcome is not known in
     * time, then with an `Idempotency-Key` header under which it can be asked for.
     */
    submit: async (command: StockCommand): Promise<Settled> => {
      // Behind a batch that is stuck nobody would get a turn in time, so they hear it at once.
      const stuck = flying.length > 0 && performance.now() - flyingSinceMs > queueAgeMsMax;
      if (closed || stuck || queue.size() >= queueMax) {
        metrics.outcome(command.kind, 'UNAVAILABLE');
        throw unavailable(1);
      }
      let outcome: Outcome;
      try {
        outcome = await enqueue(command);
      } catch (error) {
        metrics.outcome(command.kind, error instanceof AppError ? error.code : 'INTERNAL');
        throw error;
      }
      if (!outcome.ok) {
        metrics.outcome(command.kind, outcome.refusal.code);
        throw refusalError(outcome);
      }
      metrics.outcome(command.kind, outcome.replayed ? 'replayed' : 'done');
      return { ...outcome.answer, replayed: outcome.replayed };
    },
    /** How many wait, and for how long the first of them has, in milliseconds. */
    waiting: (): { size: number; ageMs: number } => {
      const oldestMs = queue.oldestSinceMs();
      return { size: queue.size(), ageMs: oldestMs === null ? 0 : performance.now() - oldestMs };
    },
    /** Takes nothing more in and waits for what is on its way; every wait has a deadline, so this one has too. */
    close: async (): Promise<void> => {
      closed = true;
      while (pumping) await pumping;
    },
  };
};

export type StockEngine = ReturnType<typeof createStockEngine>;
