import { createEventWriter } from '../../../../src/services/stock-stream/event-writer.js';
import { createEventRing } from '../../../../src/services/stock-stream/event-ring.js';
import type { StockFeedEvent } from '../../../../src/services/stock-stream/level-memory.js';
import type { Standing } from '../../../../src/services/stock-stream/product-lookup.js';

let tokens = 0;
const event = (
  fields: StockFeedEvent['fields'],
  operation: StockFeedEvent['operation'] = 'update',
): StockFeedEvent => ({
  ...{ operation, id: 'p', token: `82${String(++tokens).padStart(20, '0')}`, fields },
});
const whole = { stock: 5, reserved: 0, sold: 0, seq: 1, price: 10, lowStockThreshold: 2 };

const build = (standing: Standing = { level: null, before: null }) => {
  let lookedUp = 0;
  const writer = createEventWriter({
    level: () => Promise.resolve(standing.level),
    standings: (events) => {
      lookedUp += events.length;
      return Promise.resolve(new Map(events.map(({ id }) => [id, standing])));
    },
  });
  const told = async (...events: StockFeedEvent[]) =>
    (await writer.write(events)).map(({ text }) => {
      const [, name = '', data = ''] = /event: (\S+)\ndata: (.*)\n\n$/.exec(text) ?? [];
      return [name, (JSON.parse(data) as { stock?: number }).stock];
    });
  return { writer, told, lookedUp: () => lookedUp };
};

describe('event writer', () => {
  it('when a product is known, then its events are told without another look', async () => {
    const { told, lookedUp } = build();
    expect(await told(event(whole, 'insert'))).toEqual([['stock.changed', 5]]);
    expect(await told(event({ stock: 4, sold: 1, seq: 2 }))).toEqual([['stock.changed', 4]]);
    expect(lookedUp()).toBe(0);
  });

  it('when it changes often at once, then the newest level is told, and every crossing in its order', async () => {
    const { told } = build();
    const steps = [3, 2, 0, 7, 1].map((stock, index) => event({ stock, seq: index + 2 }));
    expect(await told(event(whole, 'insert'), ...steps)).toEqual([
      ['stock.low', 2],
      ['stock.sold_out', 0],
      ['stock.back_in_stock', 7],
      ['stock.changed', 1],
      ['stock.low', 1],
    ]);
  });

  it('when the last units go at once, then it is low and sold out', async () => {
    const { told } = build();
    await told(event(whole, 'insert'));
    expect(await told(event({ stock: 0, seq: 2 }))).toEqual([
      ['stock.changed', 0],
      ['stock.low', 0],
      ['stock.sold_out', 0],
    ]);
  });

  it('when a product was read ahead of the feed, then older events of it do not take it back', async () => {
    const { told } = build({ level: { id: 'p', ...whole, stock: 3, seq: 9 }, before: 5 });
    expect(await told(event({ stock: 4, seq: 8 }), event({ stock: 3, seq: 9 }))).toEqual([['stock.changed', 3]]);
  });

  it('when only the price or the threshold changes, then nothing is told, and it counts from then on', async () => {
    const { told } = build();
    await told(event(whole, 'insert'));
    expect(await told(event({ lowStockThreshold: 4 }))).toEqual([]);
    expect(await told(event({ stock: 4, seq: 2 }))).toEqual([
      ['stock.changed', 4],
      ['stock.low', 4],
    ]);
  });

  it('when a product goes, then that is told, and what was known of it is forgotten', async () => {
    const { told, lookedUp } = build();
    await told(event(whole, 'insert'));
    expect(await told(event({ deleted: true }))).toEqual([['product.removed', undefined]]);
    await told(event({ stock: 1, seq: 5 }));
    expect(lookedUp()).toBe(1);
  });
});

describe('event ring', () => {
  const sent = (token: string) => ({ token, text: token });

  it('when a place is in it, then what came behind is there; when it is older, then not', () => {
    const ring = createEventRing(10);
    expect(ring.behind('82A')).toBeNull();
    ring.begin('82A');
    ring.add([sent('82B'), sent('82C')]);
    expect(ring.behind('82B')).toEqual([sent('82C')]);
    expect(ring.behind('82A')).toHaveLength(2);
    expect(ring.behind('829')).toBeNull();
  });

  it('when more come than are kept, then the places of the oldest are too old', () => {
    const ring = createEventRing(2);
    ring.begin('820');
    for (const token of ['821', '822', '823', '824']) ring.add([sent(token)]);
    expect(ring.behind('821')).toBeNull();
    expect(ring.behind('822')).toEqual([sent('823'), sent('824')]);
  });

  it('when it was cleared, then no place is in it', () => {
    const ring = createEventRing(2);
    ring.begin('820');
    ring.add([sent('821')]);
    ring.clear();
    expect(ring.behind('821')).toBeNull();
  });
});
