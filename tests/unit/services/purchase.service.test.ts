import type { MovementDocument } from '../../../src/models/movement.model.js';
import { createPurchaseService } from '../../../src/services/purchase.service.js';
import { decide } from '../../../src/services/stock-engine/decide.js';
import type { StockCommand } from '../../../src/services/stock-engine/commands.js';
import type { Caller } from '../../../src/utils/caller.js';
import { isId, newId } from '../../../src/utils/uuid.js';
import { at, movementOf, productOf, stateOf } from '../../helpers/stock-commands.js';

const buyer: Caller = { id: newId(), role: 'user' };
const other: Caller = { id: newId(), role: 'user' };
const manager: Caller = { id: newId(), role: 'manager' };
const admin: Caller = { id: newId(), role: 'admin' };
const settled = { status: 201, body: 'answer', location: null, replayed: false };

const setUp = (sales: readonly MovementDocument[] = []) => {
  const commands: StockCommand[] = [];
  const asked: unknown[] = [];
  const service = createPurchaseService({
    engine: {
      submit: (command) => {
        commands.push(command);
        return Promise.resolve(settled);
      },
    },
    ledger: {
      sale: (id) => Promise.resolve(sales.find(({ _id }) => _id === id) ?? null),
      sales: (options) => {
        asked.push(options);
        return Promise.resolve([...sales]);
      },
    },
  });
  /** The command that a wish becomes. */
  const commandFor = async (
    wish: Parameters<typeof service.buy>[1],
    key?: string,
    caller: Caller = buyer,
  ): Promise<StockCommand> => {
    await service.buy(caller, wish, key);
    const command = commands.at(-1);
    if (!command) throw new Error('Nothing was submitted.');
    return command;
  };
  return { service, commandFor, asked };
};

const wish = { productId: 'p', quantity: 2, price: 100 };

describe('purchase service, buy', () => {
  it('when somebody buys, then one sale goes to the engine in his name, and its answer comes back', async () => {
    const { service, commandFor } = setUp();
    const command = await commandFor(wish);
    expect(command).toMatchObject({
      kind: 'purchase',
      actorId: buyer.id,
      buyerId: buyer.id,
      showsProduct: false,
      lines: [{ type: 'sale', productId: 'p', quantity: 2, price: 100 }],
    });
    expect(isId(command.lines[0]?.id ?? '')).toBe(true);
    expect(await service.buy(buyer, wish, undefined)).toBe(settled);
  });

  it('when no price is expected, then any will do', async () => {
    const command = await setUp().commandFor({ productId: 'p', quantity: 1 });
    expect(command.lines[0]).toMatchObject({ price: null });
  });

  it('when there is no key, then nothing is kept, and the id of the purchase is what resolves a 503', async () => {
    const { commandFor } = setUp();
    const first = await commandFor(wish);
    expect(first.key).toBeNull();
    expect(first.retryKey).toBe(`purchase:${first.lines[0]?.id ?? ''}`);
    const again = await commandFor(wish, first.retryKey);
    expect(again.lines[0]?.id).toBe(first.lines[0]?.id);
    expect(again.key).toEqual({ kind: 'line', id: first.lines[0]?.id });
    expect(again.retryKey).toBe(first.retryKey);
  });

  it('when there is a key, then it counts for this caller alone, and each try has a line id of its own', async () => {
    const { commandFor } = setUp();
    const mine = await commandFor(wish, 'k');
    const again = await commandFor(wish, 'k');
    const theirs = await commandFor(wish, 'k', other);
    expect(mine.key).toEqual({ kind: 'stored', id: `${buyer.id}:k` });
    expect(mine.retryKey).toBe('k');
    expect(again.hash).toBe(mine.hash);
    expect(again.lines[0]?.id).not.toBe(mine.lines[0]?.id);
    expect(theirs.key?.id).toBe(`${other.id}:k`);
  });

  it.each([
    ['product', { ...wish, productId: 'q' }],
    ['quantity', { ...wish, quantity: 3 }],
    ['price', { ...wish, price: 101 }],
    ['price, left out', { productId: 'p', quantity: 2 }],
  ])('when the key comes with another %s, then it is another request', async (_, changed) => {
    const { commandFor } = setUp();
    expect((await commandFor(changed, 'k')).hash).not.toBe((await commandFor(wish, 'k')).hash);
  });

  it.each(['purchase:', 'purchase:x', 'purchase:00000000-0000-4000-8000-000000000000', 'Purchase:k'])(
    'when a caller makes up the key %s, then it is a key like any other',
    async (key) => {
      expect((await setUp().commandFor(wish, key)).key).toEqual({ kind: 'stored', id: `${buyer.id}:${key}` });
    },
  );
});

describe('purchase service, what is answered', () => {
  const bought = async (stock: number) => {
    const { commandFor } = setUp();
    const first = await commandFor({ productId: 'p', quantity: 2 });
    const decision = decide(stateOf([productOf('p', { stock, price: 250, currency: 'JPY' })]), [first], at);
    return { commandFor, first, decision };
  };

  it('when it is done, then the purchase is shown with its total, and where it can be found', async () => {
    const { first, decision } = await bought(5);
    const [outcome] = decision.outcomes;
    if (!outcome?.ok) throw new Error('It was refused.');
    const id = first.lines[0]?.id ?? '';
    expect(outcome.answer).toMatchObject({ status: 201, location: `/api/v1/purchases/${id}` });
    expect(JSON.parse(outcome.answer.body)).toEqual({
      status_code: 201,
      message: expect.any(String) as string,
      data: {
        id,
        productId: 'p',
        quantity: 2,
        unitPrice: 250,
        total: 500,
        currency: 'JPY',
        stockAfter: 3,
        createdAt: at.toISOString(),
      },
    });
  });

  it('when it is repeated with the key of a 503, then the answer is made from its line, byte for byte, whatever price is expected', async () => {
    const { commandFor, first, decision } = await bought(2);
    const line = decision.writes?.movements[0];
    if (!line) throw new Error('It was not written.');
    const soldOut = stateOf([productOf('p', { stock: 0, price: 999 })], { lines: new Map([[line._id, line]]) });
    const again = await commandFor({ productId: 'p', quantity: 2 }, first.retryKey);
    const [repeated] = decide(soldOut, [again], at).outcomes;
    expect(repeated).toEqual({ ...decision.outcomes[0], replayed: true });
  });

  it.each([
    ['somebody else', other, { productId: 'p', quantity: 2 }],
    ['the buyer, for another product', buyer, { productId: 'q', quantity: 2 }],
    ['the buyer, for another quantity', buyer, { productId: 'p', quantity: 1 }],
  ])('when that key comes from %s, then it is refused', async (_, caller, changed) => {
    const { commandFor, first, decision } = await bought(2);
    const [line] = decision.writes?.movements ?? [];
    const state = stateOf([productOf('p'), productOf('q')], { lines: new Map(line ? [[line._id, line]] : []) });
    const [outcome] = decide(state, [await commandFor(changed, first.retryKey, caller)], at).outcomes;
    expect(outcome).toEqual({ ok: false, refusal: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('when that key names a line that is no purchase, then it is refused', async () => {
    const { commandFor } = setUp();
    const id = newId();
    const restock = movementOf({ _id: id, type: 'adjustment', buyerId: null, soldDelta: 0, delta: 2 });
    const command = await commandFor({ productId: 'p', quantity: 2 }, `purchase:${id}`);
    const state = stateOf([productOf('p')], { lines: new Map([[id, restock]]) });
    expect(decide(state, [command], at).outcomes).toEqual([{ ok: false, refusal: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  });
});

describe('purchase service, get and list', () => {
  const sale = movementOf({ _id: 's', buyerId: buyer.id, soldDelta: 3, unitPrice: 200 });

  it.each([
    ['its buyer', buyer],
    ['a manager', manager],
    ['an admin', admin],
  ])('when %s asks, then the purchase is shown', async (_, caller) => {
    expect(await setUp([sale]).service.get(caller, 's')).toMatchObject({ id: 's', quantity: 3, total: 600 });
  });

  it('when another customer asks, or there is none, then there is none', async () => {
    const { service } = setUp([sale]);
    await expect(service.get(other, 's')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.get(admin, 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('when a customer lists, then only his own are asked for; a manager and an admin see all', async () => {
    const { service, asked } = setUp([sale]);
    const [shown] = await service.list(buyer, 5, 'before');
    await service.list(manager, 6, undefined);
    await service.list(admin, 7, undefined);
    expect(shown).toMatchObject({ id: 's' });
    expect(asked).toEqual([
      { buyerId: buyer.id, beforeId: 'before', limit: 5 },
      { buyerId: null, beforeId: undefined, limit: 6 },
      { buyerId: null, beforeId: undefined, limit: 7 },
    ]);
  });
});
