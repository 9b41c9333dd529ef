import { balanceOf, summaryOf, type LedgerLine } from '../../../public/src/lib/ledger.js';
import { conflictsOf, merged, patchOf, type Editable } from '../../../public/src/lib/product-edit.js';

const line = (seq: number, type: string, delta: number, stockAfter: number, second: number): LedgerLine => ({
  ...{ seq, type, delta, stockAfter },
  createdAt: new Date(second * 1_000).toISOString(),
});

// Newest first, as the API has them; the clock went back between the second and the third.
const lines = [line(3, 'sale', -1, 8, 19), line(2, 'sale', -1, 9, 20), line(1, 'initial', 10, 10, 10)];

describe('running balance', () => {
  it('when it is by line, then oldest first, from what was there before', () => {
    expect(balanceOf(lines, 'line')).toEqual({ xs: [0, 1, 2, 3], stock: [0, 10, 9, 8] });
    expect(balanceOf(lines.slice(0, 1), 'line')).toEqual({ xs: [2, 3], stock: [9, 8] });
    expect(balanceOf([], 'line')).toEqual({ xs: [], stock: [] });
  });

  it('when a clock went back, then the axis does not, and the last balance holds until now', () => {
    expect(balanceOf(lines, 'time', 30_000)).toEqual({ xs: [10, 20, 20, 30], stock: [10, 9, 8, 8] });
  });

  it('when there is a summary, then it says what the plot shows', () => {
    expect(summaryOf(lines)).toEqual({
      ...{ lines: 3, highest: 10, lowest: 8, last: 8 },
      byType: [
        ['sale', { lines: 2, delta: -2 }],
        ['initial', { lines: 1, delta: 10 }],
      ],
    });
    expect(summaryOf([])).toBeNull();
  });
});

describe('edit of a product', () => {
  const base: Editable = {
    ...{ name: 'Vinyl', sku: 'V', description: '', price: 100, currency: 'USD', tags: ['music'] },
    ...{ lowStockThreshold: null, perCustomerLimit: null, saleStartsAt: null, saleEndsAt: null },
  };

  it('when fields were touched, then they alone are sent', () => {
    expect(patchOf(base, { ...base, price: 120, tags: ['music', 'new'] })).toEqual({
      price: 120,
      tags: ['music', 'new'],
    });
    expect(patchOf(base, { ...base, tags: ['music'] })).toEqual({});
  });

  it('when others changed other fields, then both edits stand together without a conflict', () => {
    const theirs = { ...base, name: 'Vinyl, blue' };
    const mine = { ...base, price: 120 };
    expect(conflictsOf(base, theirs, mine)).toEqual([]);
    expect(merged(base, theirs, mine)).toEqual({ ...base, name: 'Vinyl, blue', price: 120 });
  });

  it('when both changed the same field, then the conflict names both, and what was typed stays', () => {
    const theirs = { ...base, price: 90, name: 'Same' };
    const mine = { ...base, price: 120, name: 'Same' };
    expect(conflictsOf(base, theirs, mine)).toEqual([{ field: 'price', theirs: 90, mine: 120 }]);
    expect(merged(base, theirs, mine).price).toBe(120);
  });

  it('when what was merged is sent for the newer version, then only the own change is', () => {
    const theirs = { ...base, name: 'Newer', price: 90 };
    const mine = { ...base, price: 120 };
    expect(patchOf(theirs, merged(base, theirs, mine))).toEqual({ price: 120 });
  });
});
