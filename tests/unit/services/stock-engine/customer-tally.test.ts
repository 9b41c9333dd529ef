import { createCustomerTally } from '../../../../src/services/stock-engine/customer-tally.js';

describe('customer tally', () => {
  it('when a command is undone, then neither its units nor its place among the writes are left', () => {
    const tally = createCustomerTally(new Map([['p:ann', 2]]));
    tally.count('p', 'bob', 1);
    tally.count('p', 'ann', 1);
    tally.undo();
    tally.count('p', 'ann', 1);
    tally.count('p', 'bob', 1);
    tally.keep();
    expect(tally.writes()).toEqual([
      { _id: 'p:ann', units: 3 },
      { _id: 'p:bob', units: 1 },
    ]);
  });

  it('when a command is undone that counted somebody twice, then they have what they had before it', () => {
    const tally = createCustomerTally(new Map());
    tally.count('p', 'ann', 2);
    tally.keep();
    tally.count('p', 'ann', 1);
    tally.count('p', 'ann', 3);
    tally.count('q', 'ann', 1);
    tally.undo();
    expect(tally.unitsOf('p', 'ann')).toBe(2);
    expect(tally.unitsOf('q', 'ann')).toBe(0);
    expect(tally.writes()).toEqual([{ _id: 'p:ann', units: 2 }]);
  });

  it('when what was taken goes back in the same batch, then nothing is written', () => {
    const tally = createCustomerTally(new Map([['p:ann', 2]]));
    tally.count('p', 'ann', -1);
    tally.count('p', 'ann', 1);
    tally.keep();
    expect(tally.writes()).toEqual([]);
  });
});
