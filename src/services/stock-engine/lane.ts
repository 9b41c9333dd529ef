import { setTimeout as sleep } from 'node:timers/promises';
import { faultKindOf } from '../../models/stock-faults.js';
import type { StockWrites } from '../../models/stock-state.js';
import type { StockStore } from '../../models/stock-store.js';
import { AppError } from '../../utils/errors.js';
import { fullJitterMs } from '../../utils/retry.js';
import { createAside } from './aside.js';
import { createAttempt, isLive, type Doubt } from './attempt.js';
import { createDeliveries } from './deliveries.js';
import type { Pending } from './queue.js';

/** A batch whose products are in conflict for so long looks for transactions that nobody will end. */
const orphanLookMs = 400;
/**
 * Growing full jitter. Of two processes on one hot product, the one that has just sold finds the next gap more easily than the one that
 * waits; short caps give the latter a hundred tries before its callers' time is up.
 */
const waits = {
  conflict: { baseMs: 10, capMs: 40 },
  duplicate: { baseMs: 20, capMs: 250 },
  transient: { baseMs: 50, capMs: 1_000 },
  unknown: { baseMs: 50, capMs: 1_000 },
};
/** An index that refuses the same batch again and again is no passing race, so the batch is split to find who causes it. */
const duplicatesMax = 3;

type Reason = keyof typeof waits;

export interface LaneMetrics {
  batch: (commands: number) => void;
  commitMs: (ms: number) => void;
  retry: (reason: Reason) => void;
}

export interface LaneDependencies {
  store: Pick<StockStore, 'read' | 'begin' | 'landed'>;
  /** Ends the open transactions of processes that are gone. */
  endOrphans: () => Promise<void>;
  /** Runs after a commit and before its callers are answered; what it throws changes nothing. */
  afterCommit: (writes: StockWrites) => Promise<void>;
  metrics: LaneMetrics;
  logger: { error: (fields: object, message: string) => void };
  now: () => Date;
  /** Whether no other process sells from this database. */
  isAlone: () => boolean;
  random?: () => number;
}

/**
 * The one lane through which batches reach the database: read, decide, write, commit, one after the other. A batch is tried until
 * its outcome is definite or nobody waits for it any more; its callers' deadlines end the wait, not a count of tries.
 */
export const createLane = (deps: LaneDependencies) => {
  const { metrics, logger } = deps;
  const waitMs = (tries: number, reason: Reason): number =>
    fullJitterMs(tries, waits[reason].baseMs, waits[reason].capMs, deps.random);
  const attempt = createAttempt({ ...deps, commitWaitMs: (tries) => waitMs(tries, 'unknown') });

  const aside = createAside(logger);
  const { deliver, delivered } = createDeliveries(deps.afterCommit, aside);

  /** Runs the batch without the command that spoils it: in halves, down to the one that stands alone. */
  const split = async (batch: readonly Pending[], fault: unknown): Promise<void> => {
    const [only] = batch;
    if (only && batch.length === 1) {
      logger.error({ err: fault, kind: only.command.kind }, 'a stock command cannot be carried out');
      only.fail(new AppError('INTERNAL', { cause: fault }));
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await run(batch.slice(0, middle));
    await run(batch.slice(middle));
  };

  const run = async (batch: readonly Pending[]): Promise<void> => {
    const doubts: Doubt[] = [];
    let duplicates = 0;
    let conflictSinceMs: number | null = null;
    let wanted = batch;
    for (let tries = 0; wanted.some(isLive); tries++) {
      let reason: Reason = 'unknown';
      try {
        // While an earlier try may have landed, the batch stays as it was: the lines must meet their likes.
        if (doubts.length === 0) wanted = wanted.filter(isLive);
        const result = await attempt(wanted, doubts);
        if (result.kind === 'done') {
          deliver(result);
          return;
        }
      } catch (error) {
        const kind = faultKindOf(error);
        const hopeless = kind === 'permanent' || (kind === 'duplicate' && ++duplicates > duplicatesMax);
        // In doubt nobody can be told that it failed: a definite look at the lines ends it, or the deadlines do.
        if (hopeless && doubts.length === 0) {
          await split(wanted, error);
          return;
        }
        reason = kind === 'permanent' ? 'transient' : kind;
      }
      metrics.retry(reason);
      conflictSinceMs = reason === 'conflict' ? (conflictSinceMs ?? performance.now()) : null;
      if (conflictSinceMs !== null && performance.now() - conflictSinceMs > orphanLookMs) {
        await aside(deps.endOrphans, 'looking for orphaned transactions failed');
      }
      await sleep(waitMs(tries, reason));
    }
  };

  return {
    /**
     * Brings a batch to its end; never throws. Everyone has an answer then, or a passed deadline, or is about to be told: see
     * `delivered`.
     */
    run: async (batch: readonly Pending[]): Promise<void> => {
      try {
        metrics.batch(batch.length);
        await run(batch);
      } catch (error) {
        logger.error({ err: error }, 'the lane failed on a batch');
        for (const pending of batch) if (isLive(pending)) pending.fail(new AppError('INTERNAL', { cause: error }));
      }
    },
    delivered,
  };
};

export type Lane = ReturnType<typeof createLane>;
