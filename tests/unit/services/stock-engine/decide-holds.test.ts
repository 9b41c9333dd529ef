import type { HoldDocument } from '../../../../src/models/hold.model.js';
import type { Outcome } from '../../../../src/services/stock-engine/commands.js';
import { decide } from '../../../../src/services/stock-engine/decide.js';
import {
  agreedBy,
  at,
  commandOf,
  confirmLine,
  holdOf,
  orderStockOf,
  productOf,
  purchaseOf,
  releaseLine,
  reserveLine,
  returnLine,
  stateOf,
} from '../../../helpers/stock-commands.js';

const before = new Date(at.getTime() - 1);
const held = (stock: number, holds: readonly HoldDocument[], fields: Parameters<typeof productOf>[1] = {}) =>
  stateOf([productOf('p', { stock, reserved: holds.reduce((sum, { quantity }) => sum + quantity, 0), ...fields })], {
    holds: new Map(holds.map((hold) => [hold._id, hold])),
  });
const said = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.ok ? 'done' : [outcome.refusal.code, outcome.refusal.details]));
const linesOf = ({ writes }: ReturnType<typeof decide>) =>
  (writes?.movements ?? []).map(({ type, delta, soldDelta, reservedDelta, stockAfter, reason }) => ({
    type,
    delta,
    soldDelta,
    reservedDelta,
    stockAfter,
    reason,
  }));

describe('decide, with holds', () => {
  it('when units are set aside, then the hold is the customer’s, at this price, for this long', () => {
    const reserve = commandOf('h', [reserveLine('h', 'p', 3, 5_000)], { kind: 'reserve' });

    const decision = decide(stateOf([productOf('p', { price: 70 })]), [reserve], at);

    expect(decision.writes?.holds).toEqual([
      holdOf('h', { quantity: 3, unitPrice: 70, expiresAt: new Date(at.getTime() + 5_000) }),
    ]);
    expect(linesOf(decision)).toEqual([
      { type: 'reserve', delta: -3, soldDelta: 0, reservedDelta: 3, stockAfter: 7, reason: null },
    ]);
    expect(decision.writes?.products).toMatchObject([{ stockDelta: -3, reservedDelta: 3, soldDelta: 0, seqDelta: 1 }]);
  });

  it('when a sold-out product has an expired hold, then its units go to who comes next, in the same batch', () => {
    const hold = holdOf('h', { quantity: 2, expiresAt: at });

    const decision = decide(held(0, [hold]), [purchaseOf('a', 'p', 2), purchaseOf('b', 'p')], at);

    expect(said(decision.outcomes)).toEqual(['done', ['INSUFFICIENT_STOCK', { requested: 1, available: 0 }]]);
    expect(linesOf(decision).map(({ type, stockAfter, reason }) => [type, stockAfter, reason])).toEqual([
      ['release', 2, 'expired'],
      ['sale', 0, null],
    ]);
    expect(decision.writes?.holdEnds).toEqual([{ _id: 'h', expiresAt: at, status: 'expired', saleId: null }]);
  });

  it('when a hold ends a millisecond later, then it is held, and confirmed it is a sale at its own price', () => {
    const hold = holdOf('h', { quantity: 2, unitPrice: 30, expiresAt: new Date(at.getTime() + 1) });
    const confirm = commandOf('sale', [confirmLine('sale', hold)], { kind: 'confirm', actorId: 'manager' });

    const decision = decide(held(0, [hold]), [purchaseOf('a', 'p'), confirm], at);

    expect(said(decision.outcomes)).toEqual([['INSUFFICIENT_STOCK', { requested: 1, available: 0 }], 'done']);
    expect(decision.writes?.movements).toMatchObject([
      {
        _id: 'sale',
        type: 'sale',
        delta: 0,
        soldDelta: 2,
        reservedDelta: -2,
        unitPrice: 30,
        actorId: 'manager',
        buyerId: 'buyer',
      },
    ]);
    expect(decision.writes?.holdEnds).toMatchObject([{ _id: 'h', status: 'confirmed', saleId: 'sale' }]);
  });

  it('when an expired hold is confirmed, then it is refused, and its units are back although nobody got anything', () => {
    const hold = holdOf('h', { expiresAt: before });
    const confirm = commandOf('sale', [confirmLine('sale', hold)], { kind: 'confirm' });

    const decision = decide(held(4, [hold]), [confirm], at);

    expect(said(decision.outcomes)).toEqual([['RESERVATION_EXPIRED', { status: 'expired' }]]);
    expect(linesOf(decision)).toMatchObject([{ type: 'release', stockAfter: 5 }]);
  });

  it('when a hold is confirmed, released and confirmed in one batch, then the first counts', () => {
    const hold = holdOf('h');
    const confirm = (name: string) => commandOf(name, [confirmLine(name, hold)], { kind: 'confirm' });
    const release = commandOf('r', [releaseLine(hold)], { kind: 'release' });

    const decision = decide(held(4, [hold]), [confirm('a'), release, confirm('b')], at);

    const late = ['RESERVATION_EXPIRED', { status: 'confirmed' }];
    expect(said(decision.outcomes)).toEqual(['done', late, late]);
    expect(decision.writes?.holdEnds).toMatchObject([{ status: 'confirmed', saleId: 'a' }]);
    expect(decision.writes?.movements).toHaveLength(1);
  });

  it('when a command fails after it has set units aside, then no hold of it is left', () => {
    const both = commandOf('c', [reserveLine('h', 'p', 1), reserveLine('i', 'nowhere', 1)], { kind: 'reserve' });

    const decision = decide(stateOf([productOf('p')]), [both, purchaseOf('a', 'p')], at);

    expect(said(decision.outcomes)).toEqual([['NOT_FOUND', undefined], 'done']);
    expect(decision.writes?.holds).toEqual([]);
    expect(linesOf(decision)).toMatchObject([{ type: 'sale', stockAfter: 9 }]);
  });

  it('when a customer’s own hold has expired, then it does not count against their limit any more', () => {
    const hold = holdOf('h', { quantity: 2, expiresAt: before });
    const state = {
      ...held(5, [hold], { perCustomerLimit: 2, limitHistory: 'complete' }),
      counters: new Map([['p:buyer', 2]]),
    };

    const decision = decide(state, [purchaseOf('a', 'p', 2)], at);

    expect(said(decision.outcomes)).toEqual(['done']);
    // Two have gone back and two have come: the counter stays.
    expect(decision.writes?.counters).toEqual([]);
  });

  it('when the product of an expired hold is gone, then the hold stays as it is', () => {
    const hold = holdOf('h', { productId: 'nowhere', expiresAt: before });

    const decision = decide(held(5, [hold]), [], at);

    expect(decision.writes).toBeNull();
  });
});

describe('decide, with orders', () => {
  const orderOf = (id: string, quantities: Record<string, number>, name = id) =>
    commandOf(
      name,
      Object.entries(quantities).map(([productId, quantity]) => ({
        type: 'sale',
        id: `${name}-${productId}`,
        productId,
        quantity,
        price: null,
        agreed: agreedBy(id),
      })),
      { kind: 'order', key: { kind: 'order', id } },
    );
  const cancelOf = (id: string, quantity: number, name = `cancel-${id}`) =>
    commandOf(name, [returnLine(name, 'p', quantity, id)], { kind: 'cancel', key: { kind: 'order', id } });

  it('when an order is taken, then each line is a sale at its price, and what was taken is kept', () => {
    const state = stateOf([productOf('p', { price: 999 }), productOf('q')]);

    const { outcomes, writes } = decide(state, [orderOf('o', { p: 2, q: 1 })], at);

    expect(said(outcomes)).toEqual(['done']);
    expect(writes?.movements).toMatchObject([
      { type: 'sale', productId: 'p', soldDelta: 2, unitPrice: 70, currency: 'EUR', reference: 'o', buyerId: 'buyer' },
      { type: 'sale', productId: 'q', soldDelta: 1, reference: 'o' },
    ]);
    const lines = [
      { productId: 'p', quantity: 2, unitPrice: 70 },
      { productId: 'q', quantity: 1, unitPrice: 70 },
    ];
    expect(writes?.orders).toEqual([orderStockOf('o', { lines })]);
  });

  it('when one line is refused, then none is taken, nothing is kept, and the refusal names the line', () => {
    const state = stateOf([productOf('p'), productOf('q', { stock: 0 })]);

    const { outcomes, writes } = decide(state, [orderOf('o', { p: 2, q: 1 })], at);

    const details = { index: 1, productId: 'q', requested: 1, available: 0 };
    expect(said(outcomes)).toEqual([['INSUFFICIENT_STOCK', details]]);
    expect(writes).toBeNull();
  });

  it('when the same order comes twice in a batch, and its cancel twice, then each has its effect once', () => {
    const state = stateOf([productOf('p')]);
    const commands = [
      orderOf('o', { p: 2 }),
      orderOf('o', { p: 2 }, 'again'),
      cancelOf('o', 2),
      cancelOf('o', 2, 'more'),
    ];

    const { outcomes, writes } = decide(state, commands, at);

    expect(said(outcomes)).toEqual([
      'done',
      ['ORDER_STATE', { status: 'taken', reason: null }],
      'done',
      ['ORDER_STATE', { status: 'returned', reason: null }],
    ]);
    expect(writes?.products).toMatchObject([{ stockDelta: 0, soldDelta: 0, seqDelta: 2 }]);
    expect(writes?.orders).toMatchObject([{ _id: 'o', status: 'returned' }]);
    expect(writes?.orderReturns).toEqual([]);
  });

  it.each(['refused', 'returned'] as const)('when an order has been %s, then it takes and gives nothing', (status) => {
    const reason = status === 'refused' ? ({ code: 'NOT_FOUND' } as const) : null;
    const orders = new Map([['o', orderStockOf('o', { status, reason })]]);

    const { outcomes, writes } = decide(
      stateOf([productOf('p')], { orders }),
      [orderOf('o', { p: 1 }), cancelOf('o', 1)],
      at,
    );

    const told = ['ORDER_STATE', { status, reason }];
    expect(said(outcomes)).toEqual([told, told]);
    expect(writes).toBeNull();
  });

  it('when an order that nobody has taken is to be given back, then nothing moves', () => {
    const { outcomes, writes } = decide(stateOf([productOf('p')]), [cancelOf('o', 1)], at);
    expect(said(outcomes)).toEqual([['ORDER_STATE', { status: null, reason: null }]]);
    expect(writes).toBeNull();
  });

  it('when the product is deleted, then the order is refused, and what it took before goes back', () => {
    const orders = new Map([['early', orderStockOf('early')]]);
    const state = stateOf([productOf('p', { deleted: true, sold: 2 })], { orders });

    const { outcomes, writes } = decide(state, [orderOf('late', { p: 1 }), cancelOf('early', 2)], at);

    expect(said(outcomes)).toEqual([['NOT_FOUND', { index: 0, productId: 'p' }], 'done']);
    expect(writes?.movements).toMatchObject([{ type: 'cancel', delta: 2, soldDelta: -2, reference: 'early' }]);
    expect(writes?.orderReturns).toEqual(['early']);
  });
});
