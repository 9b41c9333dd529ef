import type { Answer } from '../../models/command.model.js';
import { AppError, unavailable } from '../../utils/errors.js';
import type { Outcome, StockCommand } from './commands.js';
import type { Lane } from './lane.js';
import { createPump } from './pump.js';
import { createQueue, type Pending } from './queue.js';

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

/** The one way in for everything that moves stock. */
export const createStockEngine = ({ lane, queueMax, metrics }: StockEngineDependencies) => {
  const queue = createQueue();
  const pump = createPump(queue, lane);
  let closed = false;

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
      pump.start();
    });

  const outcomeOf = async (command: StockCommand): Promise<Settled> => {
    if (closed || queue.size() >= queueMax || pump.isStuck()) throw unavailable(1);
    const outcome = await enqueue(command);
    if (!outcome.ok) throw new AppError(outcome.refusal.code, { details: outcome.refusal.details });
    return { ...outcome.answer, replayed: outcome.replayed };
  };

  return {
    /**
     * Carries a command out, all its lines or none.
     * @throws AppError the refusal; UNAVAILABLE when the queue is full or too old, or when the outcome is not known in
     * time, then with an `Idempotency-Key` header under which it can be asked for.
     */
    submit: async (command: StockCommand): Promise<Settled> => {
      try {
        const settled = await outcomeOf(command);
        metrics.outcome(command.kind, settled.replayed ? 'replayed' : 'done');
        return settled;
      } catch (error) {
        metrics.outcome(command.kind, error instanceof AppError ? error.code : 'INTERNAL');
        throw error;
      }
    },
    /** How many wait, and for how long the first of them has, in milliseconds. */
    waiting: (): { size: number; ageMs: number } => {
      const oldestMs = queue.oldestSinceMs();
      return { size: queue.size(), ageMs: oldestMs === null ? 0 : performance.now() - oldestMs };
    },
    /** Takes nothing more in and waits for what is on its way. */
    close: async (): Promise<void> => {
      closed = true;
      await pump.idle();
    },
  };
};

export type StockEngine = ReturnType<typeof createStockEngine>;
