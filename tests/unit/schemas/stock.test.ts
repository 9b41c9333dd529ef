import { movementsQuery, purchaseBody, stockBatchBody, stockBody } from '../../../src/schemas/stock.js';
import { movementTypes } from '../../../src/utils/movement-types.js';
import { newId } from '../../../src/utils/uuid.js';

const pathsOf = (result: { error?: { issues: { path: PropertyKey[] }[] } | undefined }) => [
  ...new Set((result.error?.issues ?? []).map(({ path }) => path.join('.'))),
];
const notIntegers = [0, -1, 1.5, '5', Infinity, NaN, 2 ** 53 + 1, null, true, [], {}];

describe('purchaseBody', () => {
  it('when there is no body, or an empty one, then it is one unit at any price', () => {
    expect(purchaseBody.parse(undefined)).toEqual({ quantity: 1 });
    expect(purchaseBody.parse({})).toEqual({ quantity: 1 });
  });

  it.each([1, 7, 1_000_000])('when the quantity is %p, then it is taken', (quantity) => {
    expect(purchaseBody.parse({ quantity, price: 0 })).toEqual({ quantity, price: 0 });
  });

  it.each([...notIntegers, 1_000_001])('when the quantity is %p, then it is refused', (quantity) => {
    expect(pathsOf(purchaseBody.safeParse({ quantity }))).toEqual(['quantity']);
  });

  it.each([-1, 1.5, '100', null, 1_000_000_001])('when the price is %p, then it is refused', (price) => {
    expect(pathsOf(purchaseBody.safeParse({ price }))).toEqual(['price']);
  });

  it.each([null, [], 'x', 5])('when the body is %p, then it is refused', (body) => {
    expect(purchaseBody.safeParse(body).success).toBe(false);
  });

  it('when there are several faults, then all are named, unknown fields among them', () => {
    const result = purchaseBody.safeParse({ quantity: 0, price: -1, productId: 'x' });
    expect(pathsOf(result).sort()).toEqual(['', 'price', 'quantity']);
  });
});

describe('stockBody', () => {
  const reason = 'restock';

  it.each([
    { delta: 1, reason },
    { delta: -1_000_000_000, reason, reference: 'PO-7' },
    { delta: 1_000_000_000, reason },
    { count: 0, reason },
    { count: 1_000_000_000, expectedStock: 0, reason, reference: 'x' },
  ])('when it is %j, then it is taken as it is', (body) => {
    expect(stockBody.parse(body)).toEqual(body);
  });

  it.each([
    [{ reason }, ['delta']],
    [{ delta: 1, count: 1, reason }, ['count']],
    [{ delta: 1, expectedStock: 1, reason }, ['expectedStock']],
    [{ delta: 1, count: 1, expectedStock: 1, reason }, ['count', 'expectedStock']],
    [{ expectedStock: 1, reason }, ['delta']],
    [{ delta: 0, reason }, ['delta']],
    [{ delta: 1.5, reason }, ['delta']],
    [{ delta: '1', reason }, ['delta']],
    [{ delta: 1_000_000_001, reason }, ['delta']],
    [{ delta: -1_000_000_001, reason }, ['delta']],
    [{ delta: null, reason }, ['delta']],
    [{ count: -1, reason }, ['count']],
    [{ count: 1_000_000_001, reason }, ['count']],
    [{ count: 1, expectedStock: -1, reason }, ['expectedStock']],
    [{ delta: 1 }, ['reason']],
    [{ delta: 1, reason: '' }, ['reason']],
    [{ delta: 1, reason: '   ' }, ['reason']],
    [{ delta: 1, reason: 'x'.repeat(201) }, ['reason']],
    [{ delta: 1, reason: 'a\nb' }, ['reason']],
    [{ delta: 1, reason: 'a\u0000b' }, ['reason']],
    [{ delta: 1, reason: 5 }, ['reason']],
    [{ delta: 1, reason, reference: '' }, ['reference']],
    [{ delta: 1, reason, reference: null }, ['reference']],
    [{ delta: 1, reason, stock: 5 }, ['']],
  ])('when it is %j, then it is refused at %j', (body, paths) => {
    expect(pathsOf(stockBody.safeParse(body))).toEqual(paths);
  });

  it('when the same fields come in another order, then they make the same text, so that a repeat is a repeat', () => {
    const one = JSON.stringify(stockBody.parse({ delta: 1, reason, reference: 'r' }));
    expect(JSON.stringify(stockBody.parse({ reference: 'r', reason, delta: 1 }))).toBe(one);
  });

  it('when there is blank around the reason, then it is cut off', () => {
    expect(stockBody.parse({ delta: 1, reason: '  restock ' }).reason).toBe('restock');
  });
});

describe('stockBatchBody', () => {
  const change = () => ({ productId: newId(), delta: 1, reason: 'restock' });
  const changes = (count: number) => Array.from({ length: count }, change);

  it('when there are up to a thousand changes, then they are taken in their order', () => {
    const body = { changes: changes(1_000) };
    expect(stockBatchBody.parse(body)).toEqual(body);
  });

  it.each([0, 1_001])('when there are %i changes, then it is refused', (count) => {
    expect(pathsOf(stockBatchBody.safeParse({ changes: changes(count) }))).toEqual(['changes']);
  });

  it('when changes are wrong, then every fault is named by its place', () => {
    const result = stockBatchBody.safeParse({
      changes: [change(), { ...change(), delta: 0 }, { ...change(), productId: 'x' }, { ...change(), count: 5 }],
    });
    expect(pathsOf(result)).toEqual(['changes.1.delta', 'changes.2.productId', 'changes.3']);
  });

  it('when an id is in capitals, then it is the same product', () => {
    const [first] = changes(1);
    const id = first?.productId ?? '';
    const parsed = stockBatchBody.parse({ changes: [{ ...first, productId: id.toUpperCase() }] });
    expect(parsed.changes[0]?.productId).toBe(id);
  });

  it.each([undefined, null, {}, { changes: {} }, []])('when the body is %j, then it is refused', (body) => {
    expect(stockBatchBody.safeParse(body).success).toBe(false);
  });
});

describe('movementsQuery', () => {
  it.each(movementTypes)('when the type is %s, then it is taken', (type) => {
    expect(movementsQuery.parse({ type })).toMatchObject({ type, limit: 20 });
  });

  it.each([
    { type: 'sold' },
    { type: '' },
    { limit: '0' },
    { limit: '101' },
    { limit: '1e1' },
    { cursor: '' },
    { x: '1' },
  ])('when the query is %j, then it is refused', (query) => {
    expect(movementsQuery.safeParse(query).success).toBe(false);
  });
});
