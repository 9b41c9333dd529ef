import { decide } from '../../../../src/services/stock-engine/decide.js';
import type { Outcome, StockCommand } from '../../../../src/services/stock-engine/commands.js';
import type { ProductDocument } from '../../../../src/models/product.model.js';
import type { StockState } from '../../../../src/models/stock-state.js';
import { stockBand } from '../../../../src/utils/stock-band.js';
import {
  adjustmentLine,
  at,
  commandOf,
  countLine,
  movementOf,
  productOf,
  purchaseOf,
  stateOf,
} from '../../../helpers/stock-commands.js';

const later = (ms: number) => new Date(at.getTime() + ms);
const refusal = (code: string, details?: unknown) => ({
  ok: false,
  refusal: details === undefined ? { code } : { code, details },
});
const refusedBecause = (state: StockState, command: StockCommand) => {
  const { outcomes, writes } = decide(state, [command], at);
  expect(writes).toBeNull();
  return outcomes[0];
};
const shop = (fields: Partial<ProductDocument> = {}) => stateOf([productOf('p', fields)]);
const batchOf = (lines: StockCommand['lines']) => commandOf('b', lines, { kind: 'batch', buyerId: null });
const bodyOf = (outcome: Outcome | undefined) => (outcome?.ok ? outcome.answer.body : '');

describe('decide a purchase', () => {
  it('when there is stock, then the unit leaves under the price and currency of the product', () => {
    const { outcomes, writes } = decide(
      shop({ price: 250, stock: 3, sold: 4, seq: 7, version: 2 }),
      [purchaseOf('c', 'p', 2)],
      at,
    );
    expect(outcomes[0]).toMatchObject({ ok: true, replayed: false });
    expect(writes?.movements).toEqual([
      movementOf({ _id: 'c', seq: 8, delta: -2, soldDelta: 2, stockAfter: 1, unitPrice: 250, createdAt: at }),
    ]);
    expect(writes?.products).toEqual([
      {
        productId: 'p',
        seq: 7,
        version: 2,
        stockDelta: -2,
        soldDelta: 2,
        reservedDelta: 0,
        seqDelta: 1,
        stockBand: stockBand(1),
      },
    ]);
    expect(writes?.counters).toEqual([]);
    expect(writes?.commands).toEqual([]);
    expect(writes?.created).toEqual([]);
  });

  it('when nobody in the batch gets anything, then nothing is written', () => {
    const commands = Array.from({ length: 100 }, (_, index) => purchaseOf(`c${String(index)}`, 'p'));
    const { outcomes, writes } = decide(shop({ stock: 0 }), commands, at);
    expect(writes).toBeNull();
    expect(outcomes).toEqual(commands.map(() => refusal('INSUFFICIENT_STOCK', { requested: 1, available: 0 })));
  });

  it('when there is less than is wanted, then it is refused and says how much there is', () => {
    expect(refusedBecause(shop({ stock: 2 }), purchaseOf('c', 'p', 3))).toEqual(
      refusal('INSUFFICIENT_STOCK', { requested: 3, available: 2 }),
    );
  });

  it('when one who wants more than there is stands before one who wants less, then the second is served', () => {
    const { outcomes } = decide(shop({ stock: 2 }), [purchaseOf('a', 'p', 3), purchaseOf('b', 'p', 2)], at);
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true]);
  });

  it('when the product is unknown, then it is not found', () => {
    expect(refusedBecause(shop(), purchaseOf('c', 'q'))).toEqual(refusal('NOT_FOUND'));
  });

  it('when the price is another, then it is refused and says the price', () => {
    expect(refusedBecause(shop({ price: 100 }), purchaseOf('c', 'p', 1, { price: 99 }))).toEqual(
      refusal('PRICE_CHANGED', { price: 100 }),
    );
    expect(decide(shop({ price: 100 }), [purchaseOf('c', 'p', 1, { price: 100 })], at).outcomes[0]?.ok).toBe(true);
    expect(decide(shop({ price: 0 }), [purchaseOf('c', 'p', 1, { price: 0 })], at).outcomes[0]?.ok).toBe(true);
  });

  it.each([
    ['opens right now', { saleStartsAt: at }, true],
    ['opens in a moment', { saleStartsAt: later(1) }, false],
    ['ends right now', { saleEndsAt: at }, false],
    ['ends in a moment', { saleEndsAt: later(1) }, true],
    ['is open', { saleStartsAt: later(-1), saleEndsAt: later(1) }, true],
    ['has ended', { saleStartsAt: later(-2), saleEndsAt: later(-1) }, false],
  ])('when the sale %s, then it sells: as told', (_, window, sells) => {
    const [outcome] = decide(shop(window), [purchaseOf('c', 'p')], at).outcomes;
    expect(outcome?.ok).toBe(sells);
    if (!sells) expect(outcome).toMatchObject({ refusal: { code: 'SALE_NOT_OPEN', details: window } });
  });
});

describe('decide within a limit per customer', () => {
  const limited = (counters: [string, number][], fields: Partial<ProductDocument> = {}) =>
    stateOf([productOf('p', { perCustomerLimit: 3, limitHistory: 'complete', ...fields })], {
      counters: new Map(counters),
    });

  it('when the units would pass the limit, then it is refused and says what there is to know', () => {
    expect(refusedBecause(limited([['p:buyer', 2]]), purchaseOf('c', 'p', 2))).toEqual(
      refusal('LIMIT_REACHED', { limit: 3, bought: 2, requested: 2 }),
    );
  });

  it('when the units just reach the limit, then they are sold and counted on', () => {
    const { outcomes, writes } = decide(limited([['p:buyer', 1]]), [purchaseOf('c', 'p', 2)], at);
    expect(outcomes[0]?.ok).toBe(true);
    expect(writes?.counters).toEqual([{ _id: 'p:buyer', units: 3 }]);
  });

  it('when one customer comes several times in a batch, then the limit counts all of them and no other customer', () => {
    const commands = [
      purchaseOf('a', 'p', 2, { buyerId: 'ann' }),
      purchaseOf('b', 'p', 2, { buyerId: 'ann' }),
      purchaseOf('c', 'p', 3, { buyerId: 'bob' }),
      purchaseOf('d', 'p', 1, { buyerId: 'ann' }),
    ];
    const { outcomes, writes } = decide(limited([]), commands, at);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, true]);
    expect(writes?.counters).toEqual([
      { _id: 'p:ann', units: 3 },
      { _id: 'p:bob', units: 3 },
    ]);
  });

  it('when a later line of a command is refused, then its earlier ones do not count', () => {
    const sale = (id: string, productId: string) =>
      ({ type: 'sale', id, productId, quantity: 2, price: null }) as const;
    const twoLines = commandOf('c', [sale('c.0', 'p'), sale('c.1', 'nowhere')]);
    const { outcomes, writes } = decide(limited([]), [twoLines, purchaseOf('d', 'p', 3)], at);
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true]);
    expect(writes?.counters).toEqual([{ _id: 'p:buyer', units: 3 }]);
  });

  it('when the limit is gone but was there once, then it still counts, and limits nobody', () => {
    const { outcomes, writes } = decide(
      limited([['p:buyer', 9]], { perCustomerLimit: null }),
      [purchaseOf('c', 'p')],
      at,
    );
    expect(outcomes[0]?.ok).toBe(true);
    expect(writes?.counters).toEqual([{ _id: 'p:buyer', units: 10 }]);
  });
});

describe('decide a change of stock', () => {
  it('when an adjustment would fall below zero, then it is refused; down to zero it is not', () => {
    expect(
      refusedBecause(shop({ stock: 4 }), commandOf('c', [adjustmentLine('c', 'p', -5)], { kind: 'adjust' })),
    ).toEqual(refusal('INSUFFICIENT_STOCK', { requested: 5, available: 4 }));
    const { writes } = decide(shop({ stock: 4 }), [commandOf('c', [adjustmentLine('c', 'p', -4)])], at);
    expect(writes?.movements).toMatchObject([
      { delta: -4, soldDelta: 0, stockAfter: 0, reason: 'restock', buyerId: null },
    ]);
  });

  it('when an adjustment would pass the bound, then it names the field; up to the bound it goes', () => {
    const most = shop({ stock: 999_999_999 });
    expect(refusedBecause(most, commandOf('c', [adjustmentLine('c', 'p', 2)], { kind: 'adjust' }))).toMatchObject({
      refusal: { code: 'VALIDATION_FAILED', details: [{ path: 'delta' }] },
    });
    expect(decide(most, [commandOf('c', [adjustmentLine('c', 'p', 1)])], at).outcomes[0]?.ok).toBe(true);
  });

  it('when a stocktake finds what it expected to change, then stock becomes the count; else it is refused', () => {
    const { writes } = decide(shop({ stock: 4 }), [commandOf('c', [countLine('c', 'p', 9, 4)])], at);
    expect(writes?.movements).toMatchObject([{ type: 'count', delta: 5, stockAfter: 9 }]);
    expect(refusedBecause(shop({ stock: 4 }), commandOf('c', [countLine('c', 'p', 9, 5)]))).toEqual(
      refusal('STOCK_CHANGED', { stock: 4 }),
    );
  });

  it('when a stocktake finds what there is, then that is on record too', () => {
    const { writes } = decide(shop({ stock: 4 }), [commandOf('c', [countLine('c', 'p', 4, null)])], at);
    expect(writes?.movements).toMatchObject([{ delta: 0, stockAfter: 4, seq: 2 }]);
    expect(writes?.products).toMatchObject([{ stockDelta: 0, seqDelta: 1, stockBand: null }]);
  });

  it('when an answer shows products, then each is as it was right after its line', () => {
    let shown: number[] = [];
    const command: StockCommand = {
      ...batchOf([adjustmentLine('b.0', 'p', 1), adjustmentLine('b.1', 'p', 1)]),
      showsProduct: true,
      answer: (applied) => {
        shown = applied.map(({ product }) => product.stock);
        return { status: 200, body: '', location: null };
      },
    };
    decide(shop({ stock: 4 }), [command], at);
    expect(shown).toEqual([5, 6]);
  });
});

describe('decide a batch of changes', () => {
  const products = [productOf('p', { stock: 5 }), productOf('q', { stock: 1 })];

  it('when a line in the middle is refused, then it is named, no line takes effect and the next command sees all the stock', () => {
    const command = batchOf([
      adjustmentLine('b.0', 'p', -5),
      adjustmentLine('b.1', 'q', -2),
      adjustmentLine('b.2', 'p', 1),
    ]);
    const { outcomes, writes } = decide(stateOf(products), [command, purchaseOf('c', 'p', 5)], at);
    expect(outcomes[0]).toEqual(
      refusal('INSUFFICIENT_STOCK', { index: 1, productId: 'q', requested: 2, available: 1 }),
    );
    expect(outcomes[1]?.ok).toBe(true);
    expect(writes?.movements).toMatchObject([{ _id: 'c', seq: 2, stockAfter: 0 }]);
  });

  it('when its only line is refused, then that is named as well', () => {
    expect(refusedBecause(stateOf(products), batchOf([adjustmentLine('b.0', 'nowhere', 1)]))).toEqual(
      refusal('NOT_FOUND', { index: 0, productId: 'nowhere' }),
    );
  });

  it('when a line passes the bound, then the details have the shape of every validation', () => {
    const command = batchOf([adjustmentLine('b.0', 'p', 1), adjustmentLine('b.1', 'p', 1_000_000_000)]);
    expect(refusedBecause(stateOf(products), command)).toMatchObject({
      refusal: {
        code: 'VALIDATION_FAILED',
        details: [{ path: 'changes.1.delta', message: expect.any(String) as string }],
      },
    });
  });

  it('when one product comes in several lines, then each counts on from the one before', () => {
    const command = batchOf([
      adjustmentLine('b.0', 'p', -5),
      adjustmentLine('b.1', 'p', 3),
      adjustmentLine('b.2', 'p', -3),
    ]);
    const { writes } = decide(stateOf(products), [command], at);
    expect(writes?.movements.map(({ seq, stockAfter }) => [seq, stockAfter])).toEqual([
      [2, 0],
      [3, 3],
      [4, 0],
    ]);
  });
});

describe('decide a creation', () => {
  const creation = (name: string, id: string, fields: Partial<ProductDocument> = {}) =>
    commandOf(name, [{ type: 'initial', id: name, product: productOf(id, fields) }], { kind: 'create', buyerId: null });

  it('when a product is new, then its first line brings all its stock, and it can be bought in the same batch', () => {
    const { outcomes, writes } = decide(stateOf([]), [creation('c', 'n', { stock: 2 }), purchaseOf('d', 'n', 2)], at);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
    expect(writes?.movements).toMatchObject([
      { type: 'initial', seq: 1, delta: 2, stockAfter: 2 },
      { type: 'sale', seq: 2, delta: -2, stockAfter: 0 },
    ]);
    expect(writes?.created).toMatchObject([{ _id: 'n', stock: 0, sold: 2, seq: 2, stockBand: 0 }]);
    expect(writes?.products).toEqual([]);
    expect(writes?.events).toMatchObject([{ type: 'product.created', productId: 'n', firstSeq: 1, seq: 2 }]);
  });

  it('when its sku is taken, stored or in the same batch, then it is refused', () => {
    const state = stateOf([], { takenSkus: new Set(['A']) });
    const commands = [
      creation('a', 'a', { sku: 'A' }),
      creation('b', 'b', { sku: 'B' }),
      creation('c', 'c', { sku: 'B' }),
    ];
    const { outcomes, writes } = decide(state, commands, at);
    expect(outcomes).toMatchObject([refusal('DUPLICATE_SKU'), { ok: true }, refusal('DUPLICATE_SKU')]);
    expect(writes?.created.map(({ _id }) => _id)).toEqual(['b']);
  });
});

describe('decide under a key', () => {
  const key = { kind: 'stored', id: 'buyer:k' } as const;
  const stored = (hash: string): Partial<StockState> => ({
    answers: new Map([['buyer:k', { hash, answer: { status: 201, body: 'first', location: '/l' } }]]),
  });

  it('when the key was answered before, then that answer comes again though nothing is left, and nothing is written', () => {
    const { outcomes, writes } = decide(
      stateOf([productOf('p', { stock: 0 })], stored('hash')),
      [purchaseOf('c', 'p', 1, { key })],
      at,
    );
    expect(outcomes).toEqual([{ ok: true, replayed: true, answer: { status: 201, body: 'first', location: '/l' } }]);
    expect(writes).toBeNull();
  });

  it('when the key was answered before to another request, then it is refused', () => {
    expect(refusedBecause(stateOf([productOf('p')], stored('another')), purchaseOf('c', 'p', 1, { key }))).toEqual(
      refusal('IDEMPOTENCY_KEY_REUSED'),
    );
  });

  it('when the key comes twice in one batch, then one is carried out and the other told the same, or refused if it differs', () => {
    const commands = [
      purchaseOf('a', 'p', 1, { key }),
      purchaseOf('b', 'p', 1, { key }),
      purchaseOf('c', 'p', 2, { key, hash: 'another' }),
    ];
    const { outcomes, writes } = decide(shop({ stock: 5 }), commands, at);
    expect(outcomes[1]).toMatchObject({ ok: true, replayed: true });
    expect(bodyOf(outcomes[1])).toBe(bodyOf(outcomes[0]));
    expect(outcomes[2]).toEqual(refusal('IDEMPOTENCY_KEY_REUSED'));
    expect(writes?.movements).toHaveLength(1);
    expect(writes?.commands).toMatchObject([{ _id: 'buyer:k', hash: 'hash', status: 201 }]);
    const keptMs = (writes?.commands[0]?.expiresAt.getTime() ?? 0) - at.getTime();
    expect(keptMs).toBeGreaterThanOrEqual(24 * 3_600_000);
  });

  it('when the first try was refused, then the key is free and the next is worked out afresh', () => {
    const commands = [
      purchaseOf('a', 'p', 9, { key }),
      commandOf('r', [adjustmentLine('r', 'p', 9)]),
      purchaseOf('b', 'p', 9, { key }),
    ];
    const { outcomes } = decide(shop({ stock: 0 }), commands, at);
    expect(outcomes.map((outcome) => outcome.ok && outcome.replayed)).toEqual([false, false, false]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true, true]);
  });

  const byLine = (fields: Partial<StockCommand> = {}): StockCommand =>
    purchaseOf('L', 'p', 1, {
      key: { kind: 'line', id: 'L' },
      hash: 'of buyer',
      answerOfLine: (line) => ({
        hash: `of ${String(line.buyerId)}`,
        answer: { status: 201, body: `line ${line._id}`, location: null },
      }),
      ...fields,
    });

  it('when the key is a line of the ledger, then its answer is made from that line', () => {
    const state = stateOf([productOf('p', { stock: 0 })], { lines: new Map([['L', movementOf({ _id: 'L' })]]) });
    expect(decide(state, [byLine()], at)).toEqual({
      outcomes: [{ ok: true, replayed: true, answer: { status: 201, body: 'line L', location: null } }],
      writes: null,
    });
  });

  it('when the key is the line of somebody else, then it is refused', () => {
    const state = stateOf([productOf('p')], { lines: new Map([['L', movementOf({ _id: 'L', buyerId: 'other' })]]) });
    expect(refusedBecause(state, byLine())).toEqual(refusal('IDEMPOTENCY_KEY_REUSED'));
  });

  it('when the key is a line that was never written, then it is carried out under that id, and no key is stored', () => {
    const { outcomes, writes } = decide(shop(), [byLine(), byLine()], at);
    expect(outcomes.map((outcome) => outcome.ok && outcome.replayed)).toEqual([false, true]);
    expect(writes?.movements.map(({ _id }) => _id)).toEqual(['L']);
    expect(writes?.commands).toEqual([]);
  });
});
