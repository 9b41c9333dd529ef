import type { OrderStockDocument } from '../../../src/models/order-stock.model.js';
import { createOrderStock } from '../../../src/services/order-stock.service.js';
import type { StockCommand } from '../../../src/services/stock-engine/commands.js';
import { AppError, type ErrorCode } from '../../../src/utils/errors.js';
import { at, orderStockOf } from '../../helpers/stock-commands.js';

const order = { id: 'o', buyerId: 'ann', currency: 'EUR', items: [{ productId: 'p', quantity: 2, unitPrice: 70 }] };
const lines = [{ productId: 'p', quantity: 2, unitPrice: 70 }];
const settled = { status: 204, body: '', location: null, replayed: false };
const refusal = (code: ErrorCode, details?: unknown) => new AppError(code, details === undefined ? {} : { details });

/** @param answers what the engine says, one after the other; null is done */
const setUp = (kept: readonly OrderStockDocument[], answers: readonly (AppError | null)[] = []) => {
  const store = new Map(kept.map((each) => [each._id, each]));
  const commands: StockCommand[] = [];
  const keeps: OrderStockDocument[] = [];
  const stock = createOrderStock({
    engine: {
      submit: (command) => {
        const answer = answers[commands.length];
        commands.push(command);
        return answer ? Promise.reject(answer) : Promise.resolve(settled);
      },
    },
    orders: {
      keep: (document) => {
        keeps.push(document);
        const now = store.get(document._id) ?? document;
        store.set(document._id, now);
        return Promise.resolve(now);
      },
    },
    now: () => at,
  });
  return { stock, store, commands, keeps };
};

describe('order stock, take', () => {
  it('when the engine takes it, then nothing else is written, and the lines carry the order’s terms', async () => {
    const { stock, commands, keeps } = setUp([]);

    expect(await stock.take(order)).toEqual({ status: 'taken' });

    const agreed = { unitPrice: 70, currency: 'EUR', reference: 'o' };
    expect(commands).toMatchObject([
      {
        kind: 'order',
        key: { kind: 'order', id: 'o' },
        buyerId: 'ann',
        lines: [{ type: 'sale', productId: 'p', quantity: 2, price: null, agreed }],
      },
    ]);
    expect(keeps).toEqual([]);
  });

  it.each(['NOT_FOUND', 'SALE_NOT_OPEN', 'LIMIT_REACHED', 'INSUFFICIENT_STOCK'] as const)(
    'when it is refused with %s, then that is kept, and is the answer',
    async (code) => {
      const { stock, store } = setUp([], [refusal(code, { index: 0 })]);

      const outcome = await stock.take(order);

      const reason = { code, details: { index: 0 } };
      expect(outcome).toEqual({ status: 'refused', reason });
      expect(store.get('o')).toEqual(orderStockOf('o', { status: 'refused', reason, buyerId: null, currency: null }));
    },
  );

  it('when it is refused here and was taken elsewhere meanwhile, then it is taken', async () => {
    const { stock } = setUp([orderStockOf('o', { lines })], [refusal('INSUFFICIENT_STOCK')]);
    expect(await stock.take(order)).toEqual({ status: 'taken', again: true });
  });

  it.each(['UNAVAILABLE', 'INTERNAL'] as const)('when the engine says %s, then nothing is kept', async (code) => {
    const { stock, keeps } = setUp([], [refusal(code)]);
    await expect(stock.take(order)).rejects.toMatchObject({ code });
    expect(keeps).toEqual([]);
  });

  it.each([
    ['taken', { status: 'taken', again: true }],
    ['returned', { status: 'returned' }],
    ['refused', { status: 'refused', reason: { code: 'NOT_FOUND' } }],
  ] as const)('when it has been %s before, then that is the answer again', async (status, outcome) => {
    const reason = status === 'refused' ? ({ code: 'NOT_FOUND' } as const) : null;
    const { stock } = setUp([orderStockOf('o', { status, reason })], [refusal('ORDER_STATE')]);
    expect(await stock.take(order)).toEqual(outcome);
  });
});

describe('order stock, giveBack', () => {
  const cancel = { id: 'o', actorId: 'boss' };

  it('when it was taken, then its lines go back in the customer’s name, by whoever cancels', async () => {
    const { stock, commands } = setUp([orderStockOf('o', { buyerId: 'ann', lines })]);

    expect(await stock.giveBack(cancel)).toEqual({ given: true });

    expect(commands).toMatchObject([
      {
        kind: 'cancel',
        key: { kind: 'order', id: 'o' },
        actorId: 'boss',
        buyerId: 'ann',
        lines: [{ type: 'return', productId: 'p', quantity: 2, agreed: { reference: 'o', unitPrice: 70 } }],
      },
    ]);
  });

  it('when nothing is known of it, then that it is cancelled is kept, and the engine has nothing to do', async () => {
    const { stock, store, commands } = setUp([]);

    expect(await stock.giveBack(cancel)).toEqual({ given: false });

    expect(store.get('o')).toMatchObject({ status: 'returned', lines: [] });
    expect(commands).toEqual([]);
    expect(await stock.giveBack(cancel)).toEqual({ given: false });
  });

  it.each([
    ['returned with its lines', { status: 'returned', lines }, true],
    ['refused', { status: 'refused' }, false],
  ] as const)('when it was %s, then it is told whether units came back', async (_what, fields, given) => {
    const { stock, commands } = setUp([orderStockOf('o', { ...fields, lines: given ? lines : [] })]);
    expect(await stock.giveBack(cancel)).toEqual({ given });
    expect(commands).toEqual([]);
  });

  it('when the engine finds it otherwise again and again, then it gives up, to be asked once more', async () => {
    const { stock, commands } = setUp(
      [orderStockOf('o', { lines })],
      Array.from({ length: 9 }, () => refusal('ORDER_STATE')),
    );
    await expect(stock.giveBack(cancel)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(commands).toHaveLength(4);
  });
});
