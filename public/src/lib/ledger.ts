/** What of a line of the ledger is plotted. */
export interface LedgerLine {
  seq: number;
  type: string;
  delta: number;
  stockAfter: number;
  createdAt: string;
}

export interface Balance {
  /** Seconds since 1970 as a plot wants them, or the lines' numbers. */
  xs: number[];
  stock: number[];
}

/**
 * The running balance, oldest first. Times of a ledger may go back by a clock's error, and a plot can't, so a time is never
 * before that of the line below.
 * @param lines in any order
 * @param by what the axis shows
 * @param nowMs until when the newest balance has held, on an axis of time
 */
export const balanceOf = (lines: readonly LedgerLine[], by: 'time' | 'line', nowMs = 0): Balance => {
  const sorted = [...lines].sort((a, b) => a.seq - b.seq);
  let latest = -Infinity;
  const xs = sorted.map(({ seq, createdAt }) => {
    if (by === 'line') return seq;
    latest = Math.max(latest, Date.parse(createdAt) / 1_000);
    return latest;
  });
  const stock = sorted.map(({ stockAfter }) => stockAfter);
  const last = stock.at(-1);
  const [first] = sorted;
  if (by === 'line' && first !== undefined) {
    // What was there before the first of them, so that each line spans the way from one number to the next.
    xs.unshift(first.seq - 1);
    stock.unshift(first.stockAfter - first.delta);
  }
  if (by === 'time' && last !== undefined && nowMs / 1_000 > latest) {
    xs.push(nowMs / 1_000);
    stock.push(last);
  }
  return { xs, stock };
};

export interface LedgerSummary {
  lines: number;
  highest: number;
  lowest: number;
  last: number;
  /** Changes by kind of line. */
  byType: readonly (readonly [string, { lines: number; delta: number }])[];
}

/** What there is to say of the plot to one who does not see it; null when there is no line. */
export const summaryOf = (lines: readonly LedgerLine[]): LedgerSummary | null => {
  if (lines.length === 0) return null;
  const stock = balanceOf(lines, 'line').stock.slice(1);
  const byType = new Map<string, { lines: number; delta: number }>();
  for (const { type, delta } of lines) {
    const sum = byType.get(type) ?? { lines: 0, delta: 0 };
    byType.set(type, { lines: sum.lines + 1, delta: sum.delta + delta });
  }
  return {
    lines: lines.length,
    highest: stock.reduce((a, b) => Math.max(a, b)),
    lowest: stock.reduce((a, b) => Math.min(a, b)),
    last: stock.at(-1) ?? 0,
    byType: [...byType],
  };
};
