import { afterEvent, emptyDrop, kindOf, outcomesOf } from '../../../public/src/lib/drop-run.js';
import { createSseParser, type ServerEvent } from '../../../public/src/lib/sse-parser.js';
import { stockEventOf } from '../../../public/src/lib/stock-event.js';

const parse = (pieces: readonly string[]) => {
  const events: ServerEvent[] = [];
  const ids: string[] = [];
  const retries: number[] = [];
  const parser = createSseParser({
    onEvent: (event) => events.push(event),
    onId: (id) => ids.push(id),
    onRetry: (ms) => retries.push(ms),
  });
  for (const piece of pieces) parser.feed(piece);
  return { events, ids, retries };
};

const stream = 'retry: 2000\nid: 1\n\n:\n\nid: 2\nevent: stock.changed\ndata: {"a":\ndata: 1}\n\ndata:plain\n\n';
const expected = [
  { name: 'stock.changed', data: '{"a":\n1}', id: '2' },
  { name: 'message', data: 'plain', id: '2' },
];

describe('sse parser', () => {
  it('when a stream comes whole, then its events are told', () => {
    expect(parse([stream])).toEqual({ events: expected, ids: ['1', '2'], retries: [2_000] });
  });

  it('when it is cut anywhere, then they are the same', () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(parse([stream.slice(0, at), stream.slice(at)]).events).toEqual(expected);
    }
    expect(parse(Array.from(stream)).events).toEqual(expected);
  });

  it('when lines end in another way, then they are the same', () => {
    const windows = stream.replaceAll('\n', '\r\n');
    expect(parse([windows]).events).toEqual(expected);
    expect(parse(Array.from(windows)).events).toEqual(expected);
    expect(parse([`${stream.replaceAll('\n', '\r')}:`]).events).toEqual(expected);
  });

  it('when an event has no data, or is not finished, then it is not told', () => {
    expect(parse(['event: x\n\ndata: half']).events).toEqual([]);
  });

  it('when an event has no end, then it is refused', () => {
    const parser = createSseParser({ onEvent: () => undefined });
    expect(() => parser.feed('x'.repeat(1_000_001))).toThrow(RangeError);
    const many = createSseParser({ onEvent: () => undefined });
    const line = `data: ${'x'.repeat(100_000)}\n`;
    expect(() => many.feed(line.repeat(11))).toThrow(RangeError);
  });
});

describe('stock events', () => {
  const level = { id: 'p1', stock: 3, reserved: 0, sold: 7, seq: 8, price: 100 };

  it('when a level comes, then it is told, with what it has crossed', () => {
    const text = JSON.stringify(level);
    expect(stockEventOf('stock.changed', text)).toEqual({ kind: 'level', level, crossing: null });
    expect(stockEventOf('stock.sold_out', text)).toEqual({ kind: 'level', level, crossing: 'sold_out' });
  });

  it('when a product goes or history is lost, then that is told', () => {
    expect(stockEventOf('product.removed', '{"id":"p1"}')).toEqual({ kind: 'removed', id: 'p1' });
    expect(stockEventOf('reset', '{}')).toEqual({ kind: 'reset' });
  });

  it('when it is none of ours, then nothing is told', () => {
    expect(stockEventOf('stock.exploded', JSON.stringify(level))).toBeNull();
    expect(stockEventOf('stock.changed', '{"id":1}')).toBeNull();
  });
});

describe('drop', () => {
  const started = { product: { id: 'p', name: 'Demo' }, buyers: 3, units: 1 };
  const buyer = (n: number, outcome: string) => ({ n, outcome, atMs: n, tookMs: 1 });
  const progress = { atMs: 50, stock: 0, sold: 1, refused: 2, failed: 0 };

  it('when events come, then they add up', () => {
    const events: [string, unknown][] = [
      ['started', started],
      ['buyer', [buyer(1, 'won'), buyer(2, 'INSUFFICIENT_STOCK')]],
      ['progress', progress],
      ['buyer', [buyer(3, 'INSUFFICIENT_STOCK')]],
      ['something', {}],
      ['finished', { won: 1, refused: 2 }],
    ];
    const run = events.reduce((state, [name, data]) => afterEvent(state, name, data), emptyDrop);
    expect(run.curve.map(({ stock }) => stock)).toEqual([1, 0]);
    expect(run.progress).toEqual(progress);
    expect(outcomesOf(run)).toEqual([
      ['INSUFFICIENT_STOCK', 2],
      ['won', 1],
    ]);
    expect(run.result).toMatchObject({ won: 1, refused: 2 });
    expect(emptyDrop.buyers.size).toBe(0);
  });

  it('when more comes than any drop has, then no more is kept', () => {
    let run = afterEvent(emptyDrop, 'started', started);
    for (let n = 1; n <= 1_600; n++) {
      run = afterEvent(run, 'progress', { ...progress, atMs: n });
    }
    run = afterEvent(
      run,
      'buyer',
      Array.from({ length: 1_100 }, (_, index) => buyer(index + 1, 'won')),
    );
    expect(run.curve).toHaveLength(1_500);
    expect(run.buyers.size).toBe(1_000);
    expect(run.progress?.atMs).toBe(1_600);
  });

  it('when the service could not, then that is no refusal', () => {
    expect([kindOf('won'), kindOf('LIMIT_REACHED'), kindOf('UNAVAILABLE')]).toEqual(['won', 'refused', 'failed']);
  });
});
