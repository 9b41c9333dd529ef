import type { Outcome, StockCommand } from './commands.js';

/** A command on its way, with the promise of whoever waits for it. */
export interface Pending {
  readonly command: StockCommand;
  /** Monotonic milliseconds when it came. */
  readonly sinceMs: number;
  /** Whether its caller has been told something; nobody waits any more. */
  settled: boolean;
  settle: (outcome: Outcome) => void;
  fail: (error: Error) => void;
}

/** Commands wait in the row of the product of their first line. */
const rowOf = ({ command }: Pending): string => {
  const [line] = command.lines;
  if (!line) return '';
  return line.type === 'initial' ? line.product._id : line.productId;
};

/**
 * The waiting room of the lane. While all who wait fit into one batch they go in the order they came; past that, products
 * take turns, so that a rush on one does not hold up the others. Within a product the order is always that of arrival.
 */
export const createQueue = () => {
  let rows = new Map<string, Pending[]>();
  let size = 0;
  let lines = 0;

  const all = (): Pending[] => [...rows.values()].flat();

  const push = (pending: Pending): void => {
    const row = rowOf(pending);
    const waiting = rows.get(row);
    if (waiting) waiting.push(pending);
    else rows.set(row, [pending]);
    size++;
    lines += pending.command.lines.length;
  };

  /** One from each row in turn, until there are `max`, or `linesMax` lines or a few more. */
  const takeTurns = (max: number, linesMax: number): Pending[] => {
    const taken = new Map<string, number>();
    const batch: Pending[] = [];
    const leaveLines = lines - linesMax;
    const isFull = (): boolean => batch.length === max || lines <= leaveLines;
    for (let round = 0; !isFull(); round++) {
      for (const [row, waiting] of rows) {
        const next = waiting[round];
        if (next === undefined) continue;
        batch.push(next);
        size--;
        lines -= next.command.lines.length;
        taken.set(row, round + 1);
        if (isFull()) break;
      }
    }
    for (const [row, count] of taken) {
      const rest = rows.get(row)?.slice(count) ?? [];
      // A row that was served goes to the end, so that the others are first in the next batch.
      rows.delete(row);
      if (rest.length > 0) rows.set(row, rest);
    }
    return batch;
  };

  return {
    size: () => size,
    /** Since when the first of those waiting waits, in monotonic milliseconds; null when nobody does. Looks at every row. */
    oldestSinceMs: (): number | null => {
      const firsts = [...rows.values()].flatMap(([first]) => (first ? [first.sinceMs] : []));
      return firsts.length === 0 ? null : Math.min(...firsts);
    },
    push,
    /** Takes the next batch of at most `max` commands, and of about `linesMax` lines at most. */
    take: (max: number, linesMax: number): Pending[] => {
      if (size > max || lines > linesMax) return takeTurns(max, linesMax);
      const batch = all().sort((a, b) => a.sinceMs - b.sinceMs);
      rows = new Map();
      size = 0;
      lines = 0;
      return batch;
    },
    /** Takes out all who came before `sinceMs`. */
    takeOlderThan: (sinceMs: number): Pending[] => {
      const late = all().filter((pending) => pending.sinceMs < sinceMs);
      if (late.length === 0) return late;
      const rest = all().filter((pending) => pending.sinceMs >= sinceMs);
      rows = new Map();
      size = 0;
      lines = 0;
      rest.forEach(push);
      return late;
    },
  };
};

export type Queue = ReturnType<typeof createQueue>;
