import { emptyRecord, type Evidence, type Via } from '../../../../load/faults/evidence.js';
import type { MovementDocument } from '../../../../src/models/movement.model.js';
import type { ProductDocument } from '../../../../src/models/product.model.js';
import type { DomainEvent } from '../../../../src/schemas/events.js';

/** The ids of what `evidence` has. */
export const ids = {
  product: 'p',
  buyer: 'b',
  sale: 's1',
  hold: 'h1',
  held: 's2',
  move: 'm1',
  order: 'o1',
  taken: 's3',
} as const;

const via: Via = { name: 'products1', incarnation: 1 };
const at = new Date('2026-01-01T00:00:00Z');

const line = (seq: number, more: Partial<MovementDocument>): MovementDocument => ({
  ...{ _id: `l${String(seq)}`, productId: ids.product, seq, type: 'sale', delta: 0, soldDelta: 0, reservedDelta: 0 },
  ...{ stockAfter: 0, reason: null, reference: null, actorId: ids.buyer, buyerId: null, unitPrice: null },
  ...{ currency: null, createdAt: at, ...more },
});

const sale = { type: 'sale', buyerId: ids.buyer, unitPrice: 5, currency: 'USD' } as const;

/** Ten came in; two were bought, one was held and then bought, three were ordered, one was put back. */
const lines = (): MovementDocument[] => [
  line(1, { type: 'initial', delta: 10, stockAfter: 10 }),
  line(2, { _id: ids.sale, ...sale, delta: -2, soldDelta: 2, stockAfter: 8 }),
  line(3, { _id: ids.hold, type: 'reserve', delta: -1, reservedDelta: 1, stockAfter: 7 }),
  line(4, { _id: ids.held, ...sale, reservedDelta: -1, soldDelta: 1, stockAfter: 7 }),
  line(5, { _id: ids.taken, ...sale, reference: ids.order, delta: -3, soldDelta: 3, stockAfter: 4 }),
  line(6, { _id: ids.move, type: 'adjustment', delta: 1, stockAfter: 5 }),
];

const shown = { stock: 5, reserved: 0, sold: 6, seq: 6, version: 1 };

const changed = (
  id: string,
  firstSeq: number,
  seq: number,
  levels: { stock: number; reserved: number; sold: number },
) =>
  ({
    ...{ id, type: 'stock.changed', version: 1, occurredAt: at.toISOString() },
    data: { changes: [{ productId: ids.product, seq, firstSeq, ...levels }] },
  }) as DomainEvent;

/** What came: an event twice, and not in order. */
const events = (): DomainEvent[] => [
  changed('e2', 2, 4, { stock: 7, reserved: 0, sold: 3 }),
  changed('e1', 1, 1, { stock: 10, reserved: 0, sold: 0 }),
  changed('e2', 2, 4, { stock: 7, reserved: 0, sold: 3 }),
  changed('e3', 5, 6, { stock: 5, reserved: 0, sold: 6 }),
  ...(['order.created', 'order.confirmed'] as const).map(
    (type) =>
      ({ id: type, type, version: 1, occurredAt: at.toISOString(), data: { orderId: ids.order } }) as DomainEvent,
  ),
];

/** A run in which everything is right, made anew each time. */
export const cleanEvidence = (): Evidence => {
  const bought = { productId: ids.product, buyerId: ids.buyer, unitPrice: 5, via, text: '{}' };
  return {
    record: {
      ...emptyRecord(),
      sales: [
        { ...bought, id: ids.sale, quantity: 2, stockAfter: 8, key: 'k1', answeredMs: 100 },
        { ...bought, id: ids.held, quantity: 1, stockAfter: 7, key: 'k2', holdId: ids.hold, answeredMs: 120 },
      ],
      holds: [
        {
          ...{ id: ids.hold, productId: ids.product, buyerId: ids.buyer, quantity: 1, key: 'k3' },
          isConfirmed: true,
          via,
          answeredMs: 110,
        },
      ],
      moves: [
        { id: ids.move, productId: ids.product, seq: 6, delta: 1, stockAfter: 5, key: 'k4', via, answeredMs: 130 },
      ],
      orders: [
        {
          id: ids.order,
          buyerId: ids.buyer,
          items: [{ productId: ids.product, quantity: 3 }],
          key: 'k5',
          isCancelled: false,
        },
      ],
      reads: [{ via, productId: ids.product, seq: 6, isHit: true, sentMs: 140, answeredMs: 141 }],
      repeats: [{ key: 'k1', wanted: '{}', got: '{}', status: 201, isReplay: true }],
    },
    productIds: [ids.product],
    products: [{ _id: ids.product, ...shown, perCustomerLimit: 6 } as ProductDocument],
    lines: lines(),
    holds: [
      {
        ...{ _id: ids.hold, productId: ids.product, buyerId: ids.buyer, quantity: 1, unitPrice: 5, currency: 'USD' },
        ...{ status: 'confirmed', expiresAt: at, releaseId: 'r1', saleId: ids.held, createdAt: at, updatedAt: at },
      },
    ],
    orders: [
      {
        ...{ _id: ids.order, buyerId: ids.buyer, status: 'confirmed', total: 15, currency: 'USD', reason: null },
        ...{ items: [{ productId: ids.product, quantity: 3, unitPrice: 5, name: 'x' }], createdAt: at, updatedAt: at },
      },
    ],
    orderStock: [
      {
        ...{ _id: ids.order, status: 'taken', reason: null, buyerId: ids.buyer, currency: 'USD' },
        ...{ lines: [{ productId: ids.product, quantity: 3, unitPrice: 5 }], createdAt: at, updatedAt: at },
      },
    ],
    audits: [{ productId: ids.product, received: 11, sold: 6, reserved: 0, stock: 5, consistent: true, faults: [] }],
    views: [
      { at: 'products1', productId: ids.product, ...shown },
      { at: 'products2', productId: ids.product, ...shown },
    ],
    events: events(),
    ...{ refusedEvents: [], deadLetters: 0, outboxLeft: 0, crashes: [], now: at },
  };
};
