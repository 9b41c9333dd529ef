import {
  createProductFeedConsumer,
  foreignChangeOf,
  type RawProductEvent,
} from '../../../src/consumers/product-feed.consumer.js';
import type { ForeignChange } from '../../../src/services/product-cache.service.js';
import type { StockFeedEvent } from '../../../src/services/stock-stream/level-memory.js';
import type { SoldUnits } from '../../../src/services/ranking/ranking.js';

const event = (operation: RawProductEvent['operation'], fields: RawProductEvent['fields'] = {}): RawProductEvent => ({
  operation,
  id: 'p',
  token: '82',
  fields,
});

describe('product feed consumer: what an event is to the cache', () => {
  it.each([
    ['a movement of stock', event('update', { seq: 4, stock: 1 }), { stamp: { seq: 4 }, listed: false, stamped: true }],
    ['an edit', event('update', { version: 2 }), { stamp: { version: 2 }, listed: true, stamped: true }],
    [
      'a deletion',
      event('update', { version: 3, deleted: true }),
      { stamp: { version: 3 }, listed: true, stamped: true },
    ],
    [
      'a new product',
      event('insert', { version: 1, seq: 1 }),
      { stamp: { version: 1, seq: 1 }, listed: true, stamped: true },
    ],
    ['an update past the service', event('update'), { stamp: {}, listed: true, stamped: false }],
    ['a stock set past the service', event('update', { stock: 9 }), { stamp: {}, listed: true, stamped: false }],
    [
      'a replacement',
      event('replace', { version: 1, seq: 1 }),
      { stamp: { version: 1, seq: 1 }, listed: true, stamped: false },
    ],
    ['a removal', event('delete'), { stamp: {}, listed: true, stamped: false }],
  ])('when it is %s, then lists and stamp are judged so', (_what, given, expected) => {
    expect(foreignChangeOf(given)).toEqual({ id: 'p', ...expected });
  });
});

describe('product feed consumer: who is told', () => {
  const consume = (given: RawProductEvent): { healed: ForeignChange[]; ranked: SoldUnits[] } => {
    const healed: ForeignChange[] = [];
    const ranked: SoldUnits[] = [];
    const healing = { note: (change: ForeignChange) => void healed.push(change) };
    const ranking = { note: (change: SoldUnits) => void ranked.push(change) };
    const told: StockFeedEvent[] = [];
    const stream = { note: (each: StockFeedEvent) => void told.push(each) };
    createProductFeedConsumer({ healing, ranking, stream })([given]);
    expect(told).toEqual([given]);
    return { healed, ranked };
  };

  it.each([
    ['a sale', event('update', { seq: 4, sold: 7 }), [{ id: 'p', sold: 7, seq: 4 }]],
    ['an adjustment', event('update', { seq: 4, stock: 7 }), []],
    ['a deletion', event('update', { version: 3, deleted: true }), []],
    ['a total set past the service', event('update', { sold: 99 }), []],
    ['a removal', event('delete'), []],
  ])('when it is %s, then the ranking is told so, and the cache in any case', (_what, given, expected) => {
    const { healed, ranked } = consume(given);
    expect(ranked).toEqual(expected);
    expect(healed).toHaveLength(1);
  });
});
