import { newOrder } from '../../../../src/services/orders/new-order.js';
import { newId, timeOfId } from '../../../../src/utils/uuid.js';

const at = new Date('2026-03-01T10:00:00.000Z');
const [first, second] = [newId(), newId()];
const products = new Map([
  [first, { id: first, name: 'Lamp', price: 100, currency: 'USD' }],
  [second, { id: second, name: 'Bulb', price: 3, currency: 'USD' }],
]);

const refusal = (code: string, details: object) => expect.objectContaining({ code, details }) as Error;

describe('new order', () => {
  it('when items are given, then it has their prices, names and sum, and is pending', () => {
    const order = newOrder(
      'buyer',
      [
        { productId: second, quantity: 2 },
        { productId: first, quantity: 1, price: 100 },
        { productId: second, quantity: 5 },
      ],
      products,
      at,
    );

    expect(order).toMatchObject({
      buyerId: 'buyer',
      status: 'pending',
      items: [
        { productId: second, quantity: 7, unitPrice: 3, name: 'Bulb' },
        { productId: first, quantity: 1, unitPrice: 100, name: 'Lamp' },
      ],
      total: 121,
      currency: 'USD',
      createdAt: at,
    });
    expect(timeOfId(order._id)).toBe(at.getTime());
  });

  it('when two items of one product expect different prices, then the wrong one is refused', () => {
    const items = [
      { productId: first, quantity: 1, price: 100 },
      { productId: first, quantity: 1, price: 90 },
    ];

    expect(() => newOrder('buyer', items, products, at)).toThrow(
      refusal('PRICE_CHANGED', { price: 100, productId: first, index: 1 }),
    );
  });

  it('when a product is missing, then it is named', () => {
    const missing = newId();

    expect(() => newOrder('buyer', [{ productId: missing, quantity: 1 }], products, at)).toThrow(
      refusal('NOT_FOUND', { productId: missing, index: 0 }),
    );
  });
});
