import { setTimeout as sleep } from 'node:timers/promises';
import type { StateQuery, StockWrites } from '../../models/stock-state.js';
import type { StockStore, StockTransaction } from '../../models/stock-store.js';
import type { StockCommand } from './commands.js';
import { decide, type Decision } from './decide.js';
import type { Pending } from './queue.js';

/** A decision that was written and may or may not be committed, with the commands that it answers. */
export interface Doubt {
  decision: Decision;
  writes: StockWrites;
  batch: readonly Pending[];
}

/** A decision that holds, with the commands that it answers; `doubtful` when the commit got no definite reply. */
export type Attempt = { kind: 'done'; decision: Decision; batch: readonly Pending[] } | { kind: 'doubtful' };

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

export const isLive = (pending: Pending): boolean => !pending.settled;

export interface AttemptDependencies {
  store: Pick<StockStore, 'read' | 'begin' | 'landed'>;
  metrics: { commitMs: (ms: number) => void; retry: (reason: 'unknown') => void };
  now: () => Date;
  /** How long to wait before the commit is sent once more, in milliseconds. */
  commitWaitMs: (attempt: number) => number;
}

/**
 * One try at a batch: has an earlier one landed? Else read, decide, write, commit. A commit without a definite reply
 * is added to `doubts`.
 * @throws what the store throws; nothing is committed then.
 */
export const createAttempt = ({ store, metrics, now, commitWaitMs }: AttemptDependencies) => {
  /** Sends the commit until the reply is definite, as long as somebody waits for it. */
  const commit = async (
    transaction: StockTransaction,
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
      await sleep(commitWaitMs(attempt));
    }
  };

  return async (batch: readonly Pending[], doubts: Doubt[]): Promise<Attempt> => {
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
      return { kind: 'doubtful' };
    } finally {
      await transaction.end();
    }
  };
};
