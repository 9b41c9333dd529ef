import { setTimeout as sleep } from 'node:timers/promises';
import type { StateQuery, StockWrites } from '../../models/stock-state.js';
import { faultKindOf } from '../../models/stock-faults.js';
import type { StockStore } from '../../models/stock-store.js';
import { AppError } from '../../utils/errors.js';
import { fullJitterMs } from '../../utils/retry.js';
import type { StockCommand } from './commands.js';
import { decide, type Decision } from './decide.js';
import type { Pending } from './queue.js';

/** A batch whose products are in conflict for so long looks for transactions that nobody will end. */
const orphanLookMs = 400;
const conflictBaseMs = 20;
const transientBaseMs = 50;
const waitCapMs = 1_000;
/** A second index refusal of the same batch is not a passing race, so the batch is split to find who causes it. */
const duplicatesMax = 3;

export interface LaneMetrics {
  batch: (commands: number) => void;
  commitMs: (ms: number) => void;
  retry: (reason: 'conflict' | 'duplicate' | 'transient' | 'unknown') => void;
}

export interface LaneDependencies {
  store: Pick<StockStore, 'read' | 'begin' | 'landed'>;
  /** Ends the open transactions of processes that are gone; resolves to how many. */
  endOrphans: () => Promise<number>;
  /** Runs after a commit and before its callers are answered; what it throws changes nothing. */
  afterCommit: (writes: StockWrites) => Promise<void>;
  metrics: LaneMetrics;
  logger: { error: (fields: object, message: string) => void };
  now: () => Date;
  random?: () => number;
}

/** A decision that was written and may or may not be committed, with the commands that it answers. */
interface Doubt {
  decision: Decision;
  writes: StockWrites;
  batch: readonly Pending[];
}

type Attempt =
  { kind: 'done'; decision: Decision; batch: readonly Pending[] } | { kind: 'again'; wait: 'conflict' | 'duplicate' | 'transient' | 'unknown' };

const queryOf = (commands: readonly StockCommand[]): StateQuery => {
  const productIds = new Set<string>();
  const storedKeys: string[] = [];
  const lineKeys: string[] = [];
  const skus: string[] = [];
  const buyers: [string, string][] = [];
  let wholeProducts = false;
  for (const { key, lines, buyerId, showsProduct } of commands) {
    if (key) (key.kind === 'stored' ? storedKeys : lineKeys).push(key.id);
    wholeProducts ||= showsProduct;
    for (const line of lines) {
      if (line.type === 'initial') {
        skus.push(line.product.sku);
        continue;
      }
      productIds.add(line.productId);
      if (line.type === 'sale' && buyerId !== null) buyers.push([line.productId, buyerId]);
    }
  }
  return { productIds, wholeProducts, storedKeys, lineKeys, skus, buyers };
};

const isLive = (pending: Pending): boolean => !pending.settled;

/**
 * The one lane through which batches reach the database: read, decide, write, commit, one after the other. A batch is tried until
 * its outcome is definite or nobody waits for it any more; its callers' deadlines end the wait, not a count of tries.
 */
export const createLane = (deps: LaneDependencies) => {
  const { store, metrics, now } = deps;
  const waitMs = (attempt: number, wait: (Attempt & { kind: 'again' })['wait']): number =>
    fullJitterMs(attempt, wait === 'conflict' ? conflictBaseMs : transientBaseMs, waitCapMs, deps.random);

  /** Sends the commit until the reply is definite, as long as somebody waits for it. */
  const commit = async (
    transaction: ReturnType<StockStore['begin']>,
    batch: readonly Pending[],
  ): Promise<'committed' | 'doubtful'> => {
    const startedMs = performance.now();
    for (let attempt = 0; ; attempt++) {
      const result = await transaction.commit();
      if (result === 'committed') {
        metrics.commitMs(performance.now() - startedMs);
        return 'committed';
      }
      // "No such transaction" after a commit that got lost on its way is no proof either: the lines decide.
      if (result === 'absent' || !batch.some(isLive)) return 'doubtful';
      metrics.retry('unknown');
      await sleep(waitMs(attempt, 'unknown'));
    }
  };

  const attempt = async (batch: readonly Pending[], doubts: Doubt[]): Promise<Attempt> => {
    for (const doubt of doubts) {
      if (await store.landed(doubt.writes.movements)) return { kind: 'done', ...doubt };
    }
    const commands = batch.map((pending) => pending.command);
    const decision = decide(await store.read(queryOf(commands)), commands, now());
    const { writes } = decision;
    if (writes === null) return { kind: 'done', decision, batch };
    const transaction = store.begin();
    try {
      await transaction.write(writes);
      const result = await commit(transaction, batch);
      if (result === 'committed') return { kind: 'done', decision, batch };
      doubts.push({ decision, writes, batch });
      return { kind: 'again', wait: 'unknown' };
    } finally {
      await transaction.end();
    }
  };

  /** Tells everyone; what runs after the commit can hold up an answer, but neither change it nor bring about another try. */
  const deliver = async ({ decision, batch }: Attempt & { kind: 'done' }): Promise<void> => {
    if (decision.writes) {
      try {
        await deps.afterCommit(decision.writes);
      } catch (error) {
        deps.logger.error({ err: error }, 'a follow-up of a committed batch failed');
      }
    }
    batch.forEach((pending, index) => {
      const outcome = decision.outcomes[index];
      if (outcome) pending.settle(outcome);
    });
  };

  /** Runs the batch without the command that spoils it: in halves, down to the one that stands alone. */
  const split = async (batch: readonly Pending[], fault: unknown): Promise<void> => {
    const [only] = batch;
    if (only && batch.length === 1) {
      deps.logger.error({ err: fault, kind: only.command.kind }, 'a stock command cannot be carried out');
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
      let wait: (Attempt & { kind: 'again' })['wait'];
      try {
        // While an earlier try may have landed, the batch stays as it was: the lines must meet their likes.
        if (doubts.length === 0) wanted = wanted.filter(isLive);
        const result = await attempt(wanted, doubts);
        if (result.kind === 'done') return await deliver(result);
        wait = result.wait;
      } catch (error) {
        const kind = faultKindOf(error);
        if (kind === 'permanent' || (kind === 'duplicate' && ++duplicates > duplicatesMax)) {
          return await split(wanted, error);
        }
        wait = kind;
      }
      metrics.retry(wait);
      conflictSinceMs = wait === 'conflict' ? (conflictSinceMs ?? performance.now()) : null;
      if (conflictSinceMs !== null && performance.now() - conflictSinceMs > orphanLookMs) await deps.endOrphans();
      await sleep(waitMs(tries, wait));
    }
  };

  return {
    /** Brings a batch to its end; never throws, and leaves nobody without an answer or a passed deadline. */
    run: async (batch: readonly Pending[]): Promise<void> => {
      metrics.batch(batch.length);
      try {
        await run(batch);
      } catch (error) {
        deps.logger.error({ err: error }, 'the lane failed on a batch');
        for (const pending of batch) if (isLive(pending)) pending.fail(new AppError('INTERNAL', { cause: error }));
      }
    },
  };
};

export type Lane = ReturnType<typeof createLane>;
