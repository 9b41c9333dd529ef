import { StockFault } from '../../models/stock-faults.js';
import type { StockState, StockWrites } from '../../models/stock-state.js';
import type { StockStore } from '../../models/stock-store.js';
import type { ErrorCode } from '../../utils/errors.js';
import { decide, type Decision } from './decide.js';
import type { LastSeen } from './last-seen.js';

const stockRefusals: ReadonlySet<ErrorCode> = new Set(['INSUFFICIENT_STOCK', 'LIMIT_REACHED']);

/** Whether somebody was refused units that expired holds, more than were read, may have. */
export const lacksExpired = ({ moreExpired }: StockState, { outcomes }: Decision): boolean =>
  moreExpired && outcomes.some((outcome) => !outcome.ok && stockRefusals.has(outcome.refusal.code));

export interface TakeBackDependencies {
  store: Pick<StockStore, 'begin'>;
  lastSeen: Pick<LastSeen, 'remember'>;
  /** Runs after the commit; what it throws changes nothing. */
  afterCommit: (writes: StockWrites) => Promise<void>;
  now: () => Date;
}

/**
 * Takes back the expired holds that were read, and nothing else, where they are more than one batch takes along. It answers
 * nobody, so a commit in doubt is no doubt to keep: whoever looks again sees what has become of the holds.
 * @returns false when there is none that can be taken back
 */
export const createTakeBack =
  ({ store, lastSeen, afterCommit, now }: TakeBackDependencies) =>
  async (state: StockState): Promise<boolean> => {
    const { writes } = decide(state, [], now());
    if (writes === null) return false;
    const transaction = store.begin();
    try {
      await transaction.write(writes);
      if ((await transaction.commit()) !== 'committed') throw new StockFault('transient', 'Taking back is in doubt.');
    } finally {
      await transaction.end();
    }
    lastSeen.remember(state.products, writes);
    try {
      await afterCommit(writes);
    } catch {
      // It is committed, whatever comes of that.
    }
    return true;
  };
