import type { Outcome, StockCommand } from '../../src/services/stock-engine/commands.js';
import type { Pending } from '../../src/services/stock-engine/queue.js';

/** A command on its way, and what its caller has been told so far; being told twice shows. */
export interface Waiting {
  pending: Pending;
  told: (Outcome | Error)[];
}

export const waitingFor = (command: StockCommand): Waiting => {
  const told: (Outcome | Error)[] = [];
  const tell = (what: Outcome | Error): void => {
    pending.settled = true;
    told.push(what);
  };
  const pending: Pending = { command, sinceMs: 0, settled: false, settle: tell, fail: tell };
  return { pending, told };
};
