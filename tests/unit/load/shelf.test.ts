import { auditSample, createShelf, enterSales } from '../../../load/bench/shelf.js';
import type { Participant } from '../../../load/bench/participant.js';

const seller = (): Participant & { offers: number } => ({
  offers: 0,
  ports: [],
  pids: [],
  customers: [],
  offer(this: { offers: number }) {
    this.offers++;
    return Promise.resolve([`a${String(this.offers)}`, `b${String(this.offers)}`]);
  },
  facts: () => Promise.resolve([]),
  tidy: () => undefined,
});

describe('createShelf', () => {
  it('when wares are not kept, then each run gets new ones', async () => {
    const [shelf, ours] = [createShelf(), seller()];
    await shelf('ours', ours, { products: 2, stock: 1 });
    expect((await shelf('ours', ours, { products: 2, stock: 1 })).ids).toEqual(['a2', 'b2']);
  });
  it('when they are kept, then they are made once for each server and what was sold of them stays counted', async () => {
    const [shelf, ours, rival] = [createShelf(), seller(), seller()];
    const wares = { products: 2, stock: 9, kept: 'two' };
    enterSales(await shelf('ours', ours, wares), [1, 2]);
    enterSales(await shelf('ours', ours, wares), [1, 0]);
    expect(await shelf('ours', ours, wares)).toEqual({ ids: ['a1', 'b1'], answered: [2, 2] });
    expect((await shelf('tutorial', rival, wares)).answered).toEqual([0, 0]);
    expect([ours.offers, rival.offers]).toEqual([1, 1]);
  });
});

describe('auditSample', () => {
  it('when there are few products, then all are audited', () => {
    expect(auditSample([0, 3, 0], 3)).toEqual([0, 1, 2]);
  });
  it('when there are many, then about half of the sample was bought and the rest is spread over all', () => {
    const answered = Array.from({ length: 100_000 }, (_, index) => (index >= 99_000 ? 1 : 0));
    const sample = auditSample(answered, 1000);
    expect(sample.length).toBeGreaterThan(950);
    expect(sample.length).toBeLessThanOrEqual(1002);
    expect(sample.filter((index) => index >= 99_000).length).toBeGreaterThanOrEqual(500);
    expect(Math.min(...sample)).toBe(0);
    expect(new Set(sample).size).toBe(sample.length);
  });
  it('when nothing was bought, then it is spread over all', () => {
    expect(
      auditSample(
        Array.from({ length: 5000 }, () => 0),
        100,
      ).length,
    ).toBe(50);
  });
});
