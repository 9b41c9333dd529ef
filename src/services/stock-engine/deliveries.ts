import type { StockWrites } from '../../models/stock-state.js';
import type { Aside } from './aside.js';
import type { Attempt } from './attempt.js';

type Done = Extract<Attempt, { kind: 'done' }>;

const settleAll = ({ decision, batch }: Done): void => {
  for (const [index, outcome] of decision.outcomes.entries()) batch[index]?.settle(outcome);
};

/**
 * Tells everyone what has come of a batch. What runs after the commit can hold up an answer, but neither change it, nor bring about
 * another try, nor keep the next batch waiting.
 */
export const createDeliveries = (afterCommit: (writes: StockWrites) => Promise<void>, aside: Aside) => {
  /** Batches that are committed and whose callers wait for what follows a commit. */
  const delivering = new Set<Promise<void>>();

  return {
    deliver: (done: Done): void => {
      const { writes } = done.decision;
      if (writes === null) {
        settleAll(done);
        return;
      }
      const followed = aside(() => afterCommit(writes), 'a follow-up of a committed batch failed');
      const told = followed.then(() => settleAll(done));
      delivering.add(told);
      void told.finally(() => delivering.delete(told));
    },
    /** Resolves when everyone has been told. */
    delivered: async (): Promise<void> => {
      while (delivering.size > 0) await Promise.all(delivering);
    },
  };
};
