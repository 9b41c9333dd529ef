import { actions, type ActionName } from './actions.js';
import { createLatencies, type Latencies } from './latencies.js';
import type { ActionTotals, Interval, Outcome, Waits } from './load-report.js';
import type { ActionGroup } from './scenario.js';

export interface Entry {
  action: ActionName;
  /** 0: no answer came. */
  status: number;
  code: string;
  latencyMs: number;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
const known = (value: number): number | null => (Number.isNaN(value) ? null : rounded(value));

export const waitsOf = (latencies: Latencies): Waits => ({
  answers: latencies.count(),
  p50Ms: known(latencies.quantile(0.5)),
  p90Ms: known(latencies.quantile(0.9)),
  p99Ms: known(latencies.quantile(0.99)),
  maxMs: known(latencies.quantile(1)),
});

const groupsOf = <T>(make: () => T): Record<ActionGroup, T> => ({ read: make(), stock: make(), other: make() });

const isExpected = (action: ActionName, status: number): boolean =>
  (actions[action].expected as readonly number[]).includes(status);

/** Counts answers: by action and outcome over the whole run, by group in intervals. */
export const createBook = () => {
  const all = createLatencies();
  const byAction = new Map<ActionName, Latencies>();
  const outcomes = new Map<string, Outcome>();
  const interval = { all: createLatencies(), groups: groupsOf(createLatencies), failed: 0 };
  let closedAtSeconds = 0;

  const count = ({ action, status, code }: Entry, expected: boolean): void => {
    const name = `${action} ${String(status)} ${code}`;
    const counted = outcomes.get(name);
    if (counted) counted.count++;
    else outcomes.set(name, { action, status, code, count: 1, expected });
  };

  return {
    enter: (entry: Entry): void => {
      const expected = isExpected(entry.action, entry.status);
      count(entry, expected);
      if (!expected) interval.failed++;
      if (entry.status === 0) return;
      let own = byAction.get(entry.action);
      if (!own) byAction.set(entry.action, (own = createLatencies()));
      for (const each of [all, own, interval.all, interval.groups[actions[entry.action].group]])
        each.add(entry.latencyMs);
    },
    /** What came since the last call. */
    closeInterval: (atSeconds: number): Interval => {
      const { read, stock, other } = interval.groups;
      const closed: Interval = {
        atSeconds: rounded(atSeconds),
        lengthSeconds: rounded(atSeconds - closedAtSeconds),
        all: waitsOf(interval.all),
        groups: { read: waitsOf(read), stock: waitsOf(stock), other: waitsOf(other) },
        failed: interval.failed,
      };
      for (const each of [interval.all, read, stock, other]) each.clear();
      interval.failed = 0;
      closedAtSeconds = atSeconds;
      return closed;
    },
    totals: (): { all: Waits; actions: ActionTotals[]; outcomes: Outcome[] } => ({
      all: waitsOf(all),
      actions: [...byAction].map(([action, latencies]) => ({ action, ...waitsOf(latencies) })),
      outcomes: [...outcomes.values()],
    }),
  };
};

export type Book = ReturnType<typeof createBook>;
