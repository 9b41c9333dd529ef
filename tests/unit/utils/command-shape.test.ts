import { commandShape } from '../../../src/utils/command-shape.js';

describe('command shape', () => {
  it('when two queries differ in values alone, then their shapes are the same and show no value', () => {
    const find = (productId: string, seq: number, names: string[]) =>
      commandShape('find', {
        find: 'stock_movements',
        filter: { productId, seq: { $lt: seq }, name: { $in: names }, createdAt: { $gte: new Date(seq) } },
        sort: new Map([['seq', -1]]),
        hint: 'byName',
        limit: seq,
        $db: 'stockroom',
      });

    const one = find('secret-1', 7, ['alice@example.com']);

    expect(one).toEqual(find('secret-2', 99, ['bob', 'carol', 'dave']));
    expect(one).toEqual({
      command: 'find',
      collection: 'stock_movements',
      shape: 'filter{productId:?,seq{$lt:?},name{$in:[?]},createdAt{$gte:?}} sort{seq:-1} hint:byName',
    });
  });

  it('when queries ask for different things, then their shapes differ', () => {
    const shapes = [
      { find: 'products', filter: { _id: 'x' } },
      { find: 'products', filter: { _id: { $in: ['x'] } } },
      { find: 'products', filter: { _id: 'x' }, sort: { _id: 1 } },
      { find: 'products', filter: { _id: 'x' }, sort: { _id: -1 } },
      { find: 'products', filter: { $or: [{ a: 1 }, { b: 1 }] } },
    ].map((command) => commandShape('find', command).shape);

    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('when a command is a bulk, a pipeline or has no filter, then each kind of statement is named once', () => {
    const update = (q: object) => ({ q, u: { $inc: { stock: -1 }, $set: { name: 'secret' } } });

    expect(
      commandShape('update', { update: 'products', updates: [update({ _id: 1 }), update({ _id: 2 })] }).shape,
    ).toBe('q{_id:?} u{$inc{stock:?},$set{name:?}}');
    expect(
      commandShape('aggregate', {
        aggregate: 'orders',
        pipeline: [{ $match: { status: 'held' } }, { $sort: { at: -1 } }, { $project: { at: 1 } }],
      }),
    ).toEqual({ command: 'aggregate', collection: 'orders', shape: 'pipeline[{$match{status:?}},{$sort{at:-1}},{}]' });
    expect(commandShape('getMore', { getMore: 5n, collection: 'orders' })).toEqual({
      command: 'getMore',
      collection: 'orders',
      shape: '',
    });
    expect(commandShape('ping', { ping: 1 })).toEqual({ command: 'ping', collection: null, shape: '' });
  });

  it('when a filter is deep, wide or long, then its shape is bounded', () => {
    let deep: Record<string, unknown> = { a: 1 };
    for (let level = 0; level < 1_000; level++) deep = { nested: deep };
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field-${String(index)}`, 1]));

    expect(commandShape('find', { find: 'things', filter: deep }).shape.length).toBeLessThan(200);
    expect(commandShape('find', { find: 'things', filter: wide }).shape.length).toBeLessThanOrEqual(1_001);
  });
});
