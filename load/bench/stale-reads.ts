/** Purchases that were answered with 201, column by column; times of `machineMs`, ids as indexes. */
export interface SalesSeen {
  answeredMs: number[];
  ids: number[];
  stocksAfter: number[];
}

/** Reads that were answered with 200; `seq` from the ETag, `stock` from the body, NaN where there was none. */
export interface ReadsSeen {
  begunMs: number[];
  ids: number[];
  stocks: number[];
  seqs: number[];
}

export interface ReadVerdict {
  reads: number;
  /** Reads of products of which a purchase had been answered by then: only those can be stale. */
  bound: number;
  stale: number;
  /** What is wrong, for people; empty when nothing is. */
  faults: string[];
}

const inOrderOf = (times: readonly number[]): Uint32Array =>
  Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));

/**
 * Holds every read against the purchases that had been answered before it was begun. Where stock only falls, one unit a
 * purchase and each of them a line of the ledger, a read may show neither more stock than the lowest of those answers nor a
 * smaller `seq`; and the two must belong together. Buyers note the time after an answer has arrived, readers before they
 * ask, so whatever is called stale is.
 */
export const judgeReads = (reads: ReadsSeen, sales: SalesSeen, stockAtFirst: number): ReadVerdict => {
  const salesInOrder = inOrderOf(sales.answeredMs);
  const lowest = new Map<number, number>();
  let next = 0;
  let bound = 0;
  let stale = 0;
  let torn = 0;
  for (const read of inOrderOf(reads.begunMs)) {
    const begunMs = reads.begunMs[read] ?? 0;
    for (; next < salesInOrder.length; next++) {
      const sale = salesInOrder[next] ?? 0;
      if ((sales.answeredMs[sale] ?? 0) >= begunMs) break;
      const id = sales.ids[sale] ?? 0;
      lowest.set(id, Math.min(lowest.get(id) ?? stockAtFirst, sales.stocksAfter[sale] ?? NaN));
    }
    const stock = reads.stocks[read] ?? NaN;
    const sold = (reads.seqs[read] ?? NaN) - 1;
    const floor = lowest.get(reads.ids[read] ?? 0);
    if (sold !== stockAtFirst - stock) torn++;
    if (floor === undefined) continue;
    bound++;
    if (stock > floor || sold < stockAtFirst - floor) stale++;
  }
  const faults: string[] = [];
  if (stale > 0) faults.push(`${stale} of ${reads.begunMs.length} reads were stale`);
  if (torn > 0) faults.push(`${torn} reads showed a stock that is not that of their ETag, or none`);
  if (bound === 0) faults.push('no read could have been stale: nothing was bought before it');
  return { reads: reads.begunMs.length, bound, stale, faults };
};
