import { judgeAudit, type AuditFacts } from '../../../load/bench/audit.js';

const clean: AuditFacts = {
  productId: 'p',
  answered: 3,
  stockAtFirst: 10,
  stockNow: 7,
  lines: 3,
  units: 3,
  stockLowest: 7,
  consistent: true,
};

describe('judgeAudit', () => {
  it('when stock, lines and answers agree, then there is no fault', () => {
    expect(judgeAudit([clean, { ...clean, limit: 1, mostOfOneCustomer: 1 }])).toEqual([]);
  });
  it.each([
    ['more was sold than answered', { stockNow: 6 }, '4 units sold, 3 answered'],
    ['more was answered than sold', { stockNow: 8 }, '2 units sold, 3 answered'],
    ['a line is missing', { lines: 2 }, '2 lines, 3 answered'],
    ['a line holds too many units', { units: 4 }, '4 units on the lines, 3 answered'],
    ['stock was below zero for a moment', { stockLowest: -1 }, 'stock fell to -1'],
    ['a customer got past the limit', { limit: 1, mostOfOneCustomer: 2 }, 'one customer got 2, the limit is 1'],
    ['its own audit disagrees', { consistent: false }, 'its own audit is not consistent'],
    ['the product is gone', { stockNow: NaN }, 'NaN units sold, 3 answered'],
  ])('when %s, then that is the one fault named', (_, change, fault) => {
    expect(judgeAudit([clean, { ...clean, ...change }])).toEqual([`p: ${fault}`]);
  });
});
