import type { MovementDocument } from '../../../src/models/movement.model.js';
import type { StockCommand } from '../../../src/services/stock-engine/commands.js';
import { decide } from '../../../src/services/stock-engine/decide.js';
import { createStockService } from '../../../src/services/stock.service.js';
import type { Caller } from '../../../src/utils/caller.js';
import { newId } from '../../../src/utils/uuid.js';
import { at, movementOf, productOf, stateOf } from '../../helpers/stock-commands.js';

const manager: Caller = { id: 'manager', role: 'manager' };
const settled = { status: 200, body: 'answer', location: null, replayed: false };

const setUp = (lines: readonly MovementDocument[] = [], exists = true) => {
  const commands: StockCommand[] = [];
  const asked: unknown[] = [];
  const service = createStockService({
    engine: {
      submit: (command) => {
        commands.push(command);
        return Promise.resolve(settled);
      },
    },
    ledger: {
      ofProduct: (productId, options) => {
        asked.push([productId, options]);
        return Promise.resolve([...lines]);
      },
      productExists: () => {
        asked.push('exists');
        return Promise.resolve(exists);
      },
    },
  });
  const last = (): StockCommand => {
    const command = commands.at(-1);
    if (!command) throw new Error('Nothing was submitted.');
    return command;
  };
  return { service, last, asked };
};

const bodyOf = (command: StockCommand, stock = 4): unknown => {
  const [outcome] = decide(stateOf([productOf('p', { stock }), productOf('q', { stock })]), [command], at).outcomes;
  if (!outcome?.ok) throw new Error('It was refused.');
  expect(outcome.answer).toMatchObject({ status: 200, location: null });
  return JSON.parse(outcome.answer.body);
};

describe('stock service, change', () => {
  it('when there is a delta, then one adjustment goes to the engine under the key of the caller', async () => {
    const { service, last } = setUp();
    expect(await service.change(manager, 'p', { delta: 3, reason: 'restock', reference: 'PO' }, 'k')).toBe(settled);
    expect(last()).toMatchObject({
      kind: 'adjust',
      key: { kind: 'stored', id: 'manager:k' },
      retryKey: 'k',
      actorId: 'manager',
      buyerId: null,
      lines: [{ type: 'adjustment', productId: 'p', delta: 3, reason: 'restock', reference: 'PO' }],
    });
  });

  it('when there is a count, then it is a stocktake, also of nothing', async () => {
    const { service, last } = setUp();
    await service.change(manager, 'p', { count: 0, expectedStock: 4, reason: 'stocktake' }, undefined);
    expect(last().lines).toMatchObject([{ type: 'count', count: 0, expectedStock: 4, reference: null }]);
    await service.change(manager, 'p', { count: 7, reason: 'stocktake' }, undefined);
    expect(last().lines).toMatchObject([{ type: 'count', count: 7, expectedStock: null }]);
  });

  it('when there is no key, then each gets one of its own, which a 503 can hand out', async () => {
    const { service, last } = setUp();
    await service.change(manager, 'p', { delta: 1, reason: 'r' }, undefined);
    const first = last();
    await service.change(manager, 'p', { delta: 1, reason: 'r' }, undefined);
    expect(first.key).toEqual({ kind: 'stored', id: `manager:${first.retryKey}` });
    expect(last().retryKey).not.toBe(first.retryKey);
    expect(last().hash).toBe(first.hash);
  });

  it.each([
    ['product', 'q', { delta: 1, reason: 'r' }],
    ['delta', 'p', { delta: 2, reason: 'r' }],
    ['reason', 'p', { delta: 1, reason: 's' }],
    ['reference', 'p', { delta: 1, reason: 'r', reference: 'x' }],
    ['kind', 'p', { count: 1, reason: 'r' }],
  ])('when the key comes with another %s, then it is another request', async (_, productId, input) => {
    const { service, last } = setUp();
    await service.change(manager, 'p', { delta: 1, reason: 'r' }, 'k');
    const { hash } = last();
    await service.change(manager, productId, input, 'k');
    expect(last().hash).not.toBe(hash);
  });

  it('when it is done, then the product after it and its line of the ledger are shown', async () => {
    const { service, last } = setUp();
    await service.change(manager, 'p', { delta: 3, reason: 'restock' }, undefined);
    expect(bodyOf(last())).toMatchObject({
      status_code: 200,
      data: {
        product: { id: 'p', stock: 7, seq: 2, version: 1, updatedAt: at.toISOString() },
        movement: { type: 'adjustment', delta: 3, stockAfter: 7, seq: 2, reason: 'restock', actorId: 'manager' },
      },
    });
    expect(JSON.stringify(bodyOf(last()))).not.toMatch(/stockBand|limitHistory|terms|soldDelta|_id/);
  });
});

describe('stock service, changeAll', () => {
  it('when there are changes, then they are the lines of one command, in their order, each with its own id', async () => {
    const { service, last } = setUp();
    const changes = [
      { productId: 'q', delta: 1, reason: 'a' },
      { productId: 'p', delta: -1, reason: 'b', reference: 'x' },
    ];
    await service.changeAll(manager, { changes }, 'k');
    expect(last()).toMatchObject({ kind: 'batch', key: { id: 'manager:k' }, lines: changes });
    expect(new Set(last().lines.map(({ id }) => id)).size).toBe(2);
    const { data } = bodyOf(last()) as { data: { changes: { product: { id: string; stock: number } }[] } };
    expect(data.changes.map(({ product }) => [product.id, product.stock])).toEqual([
      ['q', 5],
      ['p', 3],
    ]);
  });

  it('when the changes come in another order, then it is another request', async () => {
    const { service, last } = setUp();
    const changes = ['p', 'q'].map((productId) => ({ productId, delta: 1, reason: 'r' }));
    await service.changeAll(manager, { changes }, 'k');
    const { hash } = last();
    await service.changeAll(manager, { changes: changes.toReversed() }, 'k');
    expect(last().hash).not.toBe(hash);
  });
});

describe('stock service, movements', () => {
  const id = newId();

  it('when there are lines, then they are shown without inner fields, and the product is not looked for', async () => {
    const { service, asked } = setUp([movementOf({ _id: 'l', productId: id })]);
    const shown = await service.movements(id, { type: 'sale', beforeSeq: 9, limit: 5 });
    expect(shown).toEqual([
      {
        id: 'l',
        productId: id,
        seq: 2,
        type: 'sale',
        delta: -1,
        stockAfter: 9,
        reason: null,
        reference: null,
        actorId: 'buyer',
        createdAt: at.toISOString(),
      },
    ]);
    expect(asked).toEqual([[id, { type: 'sale', beforeSeq: 9, limit: 5 }]]);
  });

  it('when there are none, then it is an empty page if there is such a product, and not found if there never was', async () => {
    expect(await setUp([], true).service.movements(id, { limit: 5 })).toEqual([]);
    await expect(setUp([], false).service.movements(id, { limit: 5 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
