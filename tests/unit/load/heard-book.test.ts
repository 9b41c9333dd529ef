import { createHeardBook } from '../../../load/bench/heard-book.js';

const message = (id: string, ...changes: { productId: string; firstSeq: number; seq: number }[]): string =>
  JSON.stringify({ id, type: 'stock.changed', data: { changes } });
const block = (id: string, productId: string, seq: number): string =>
  `id: ${id}\nevent: stock.changed\ndata: ${JSON.stringify({ id: productId, seq })}`;

const soldFive = () => {
  const book = createHeardBook();
  book.message(message('m1', { productId: 'a', firstSeq: 2, seq: 4 }));
  book.message(message('m2', { productId: 'a', firstSeq: 5, seq: 6 }));
  book.block(block('7', 'a', 6));
  return book;
};

describe('createHeardBook', () => {
  it('when every sale was told and the last level shown, then nothing is missing', () => {
    expect(soldFive().missing(['a', 'b'], [5, 0])).toEqual([]);
  });
  it('when a message comes twice, then it counts once', () => {
    const book = soldFive();
    book.message(message('m2', { productId: 'a', firstSeq: 5, seq: 6 }));
    expect(book.missing(['a'], [5])).toEqual([]);
  });
  it('when one sale was told by nobody, then it is missed', () => {
    expect(soldFive().missing(['a'], [6])).toEqual([
      'messages do not tell all sales of 1 products',
      'the stream has not shown the last level of 1 products',
    ]);
  });
  it('when a message in the middle is lost, then the last one does not hide it', () => {
    const book = createHeardBook();
    book.message(message('m2', { productId: 'a', firstSeq: 5, seq: 6 }));
    book.block(block('7', 'a', 6));
    expect(book.missing(['a'], [5])).toEqual(['messages do not tell all sales of 1 products']);
  });
  it('when the stream said that something cannot be told any more, then no level is asked of it', () => {
    const book = createHeardBook();
    book.message(message('m1', { productId: 'a', firstSeq: 2, seq: 6 }));
    book.block('event: reset\ndata: {}');
    expect(book.missing(['a'], [5])).toEqual([]);
  });
  it('when the stream is come back to, then with the place of the last block, heartbeats not among them', () => {
    const book = soldFive();
    book.block(': heartbeat');
    expect(book.lastStreamId()).toBe('7');
  });
});
