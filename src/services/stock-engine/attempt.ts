import { setTimeout as sleep } from 'node:timers/promises';
import { faultKindOf } from '../../models/stock-faults.js';
import type { StockState, StockWrites } from '../../models/stock-state.js';
import type { StockStore, StockTransaction } from '../../models/stock-store.js';
import { decide, type Decision } from './decide.js';
import { createLastSeen } from './last-seen.js';
import type { Pending } from './queue.js';
import { queryOf } from './state-query.js';
import { createTakeBack, lacksExpired, type TakeBackDependencies } from './take-back.js';

/** A decision that was written and may or may not be committed, with the commands that it answers. */
export interface Doubt {
  decision: Decision;
  writes: StockWrites;
  batch: readonly Pending[];
}

/** A decision that holds, with the commands that it answers; `doubtful` when the commit got no definite reply. */
export type Attempt = { kind: 'done'; decision: Decision; batch: readonly Pending[] } | { kind: 'doubtful' };

export const isLive = (pending: Pending): boolean => !pending.settled;

export interface AttemptDependencies extends Pick<TakeBackDependencies, 'afterCommit'> {
  store: Pick<StockStore, 'read' | 'begin' | 'landed'>;
  metrics: { commitMs: (ms: number) => void; retry: (reason: 'unknown') => void };
  now: () => Date;
  /** Whether no other process sells: only then may a batch be decided from memory, see `createLastSeen`. */
  isAlone: () => boolean;
  /** How long to wait before the commit is sent once more, in milliseconds. */
  commitWaitMs: (attempt: number) => number;
}

/** Sends the commit until the reply is definite, as long as somebody waits for it. */
const sendCommit = async (
  transaction: StockTransaction,
  batch: readonly Pending[],
  { metrics, commitWaitMs }: Pick<AttemptDependencies, 'metrics' | 'commitWaitMs'>,
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

/**
 * One try at a batch: decide from memory where that can be, else read; has an earlier try landed? Else decide, write, commit. A
 * commit without a definite reply is added to `doubts`.
 * @throws what the store throws; nothing is committed then.
 */
export const createAttempt = (deps: AttemptDependencies) => {
  const { store, now } = deps;
  const lastSeen = createLastSeen();
  const takeBack = createTakeBack({ ...deps, lastSeen });

  /** Writes what was decided; a commit without a definite reply leaves a doubt. */
  const carryOut = async (
    { decision, writes, batch }: Doubt,
    products: StockState['products'],
    doubts: Doubt[],
  ): Promise<Attempt> => {
    const transaction = store.begin();
    try {
      await transaction.write(writes);
      if ((await sendCommit(transaction, batch, deps)) === 'committed') {
        lastSeen.remember(products, writes);
        return { kind: 'done', decision, batch };
      }
      doubts.push({ decision, writes, batch });
      return { kind: 'doubtful' };
    } finally {
      await transaction.end();
    }
  };

  /** Tries a batch of sales on what is remembered, without a read; null when it has to be read after all. */
  const fromMemory = async (batch: readonly Pending[], doubts: Doubt[]): Promise<Attempt | null> => {
    const commands = batch.map((pending) => pending.command);
    const state = deps.isAlone() && doubts.length === 0 ? lastSeen.recall(commands) : null;
    if (state === null) return null;
    const decision = decide(state, commands, now());
    const { writes, outcomes } = decision;
    if (writes === null || !outcomes.every((outcome) => outcome.ok)) return null;
    try {
      return await carryOut({ decision, writes, batch }, state.products, doubts);
    } catch (error) {
      lastSeen.distrust();
      const kind = faultKindOf(error);
      if (kind === 'conflict' || kind === 'duplicate') return null;
      throw error;
    }
  };

  return async (batch: readonly Pending[], doubts: Doubt[]): Promise<Attempt> => {
    const quick = await fromMemory(batch, doubts);
    if (quick) return quick;
    const commands = batch.map((pending) => pending.command);
    for (;;) {
      const state = await store.read(queryOf(commands, now()));
      // After the read: what it has seen of an earlier try's commit, this look sees too.
      for (const doubt of doubts) {
        if (await store.landed(doubt.writes.movements)) return { kind: 'done', ...doubt };
      }
      const decision = decide(state, commands, now());
      if (lacksExpired(state, decision) && batch.some(isLive) && (await takeBack(state))) continue;
      const { writes } = decision;
      if (writes === null) return { kind: 'done', decision, batch };
      return carryOut({ decision, writes, batch }, state.products, doubts);
    }
  };
};
