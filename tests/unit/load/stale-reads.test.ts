import { judgeReads, type ReadsSeen, type SalesSeen } from '../../../load/bench/stale-reads.js';

/** What somebody read: when it was begun, of which id, and what it showed; `seq` follows from the stock. */
const reads = (
  ...rows: readonly (readonly [begunMs: number, id: number, stock: number, seq?: number])[]
): ReadsSeen => ({
  begunMs: rows.map(([begunMs]) => begunMs),
  ids: rows.map(([, id]) => id),
  stocks: rows.map(([, , stock]) => stock),
  seqs: rows.map(([, , stock, seq = 1 + 10 - stock]) => seq),
});
const sales = (...rows: readonly (readonly [answeredMs: number, id: number, stockAfter: number])[]): SalesSeen => ({
  answeredMs: rows.map(([answeredMs]) => answeredMs),
  ids: rows.map(([, id]) => id),
  stocksAfter: rows.map(([, , stockAfter]) => stockAfter),
});
const judge = (seen: ReadsSeen, sold: SalesSeen) => judgeReads(seen, sold, 10);

describe('judgeReads', () => {
  it('when a read begun after an answer shows it or something newer, then it is fresh', () => {
    const verdict = judge(reads([5.1, 0, 9], [5.2, 0, 8]), sales([5, 0, 9]));
    expect(verdict).toEqual({ reads: 2, bound: 2, stale: 0, faults: [] });
  });
  it('when a read begun after an answer shows more stock, then it is stale', () => {
    const { stale, faults } = judge(reads([5.001, 0, 10]), sales([5, 0, 9]));
    expect(stale).toBe(1);
    expect(faults).toEqual(['1 of 1 reads were stale']);
  });
  it('when a read was begun before the answer, or at that very moment, then it may show the old', () => {
    const { stale, bound } = judge(reads([4.9, 0, 10], [5, 0, 10], [6, 0, 9]), sales([5, 0, 9]));
    expect({ stale, bound }).toEqual({ stale: 0, bound: 1 });
  });
  it('when it is the purchase of another product, then it binds nobody', () => {
    expect(judge(reads([6, 1, 10], [6, 0, 9]), sales([5, 0, 9]))).toMatchObject({ stale: 0, bound: 1 });
  });
  it('when answers arrive in another order than they were sold, then the lowest stock counts', () => {
    expect(judge(reads([6, 0, 8], [6, 0, 7]), sales([5, 0, 7], [5.5, 0, 8]))).toMatchObject({ stale: 1 });
  });
  it('when reads and sales are noted in no order, then they are put in order first', () => {
    const verdict = judge(reads([9, 0, 7], [1, 0, 10], [5, 0, 10]), sales([8, 0, 7], [3, 0, 9]));
    expect(verdict).toMatchObject({ reads: 3, bound: 2, stale: 1 });
  });
  it('when the ETag is older than the body, then it is stale and torn', () => {
    const { stale, faults } = judge(reads([6, 0, 9, 1]), sales([5, 0, 9]));
    expect(stale).toBe(1);
    expect(faults).toHaveLength(2);
  });
  it('when a read shows no stock, then that is a fault and not taken for fresh', () => {
    const { faults } = judge(reads([6, 0, NaN], [6, 0, 9]), sales([5, 0, 9]));
    expect(faults).toEqual(['1 reads showed a stock that is not that of their ETag, or none']);
  });
  it('when nothing was bought before any read, then there is nothing that it could have found', () => {
    expect(judge(reads([1, 0, 10]), sales([5, 0, 9])).faults).toEqual([
      'no read could have been stale: nothing was bought before it',
    ]);
  });
});
