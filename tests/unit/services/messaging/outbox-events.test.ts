import type { StockEvent } from '../../../../src/models/outbox.model.js';
import { parseEvent } from '../../../../src/schemas/events.js';
import { eventsOf } from '../../../../src/services/messaging/outbox-events.js';
import { newId } from '../../../../src/utils/uuid.js';
import { many, orderConfirmed } from '../../../helpers/events.js';

const createdAt = new Date('2026-01-02T03:04:05.678Z');
const level = () => ({ productId: newId(), seq: 3, firstSeq: 2, stock: 5, reserved: 1, sold: 2 });
const changed = (): StockEvent => ({ id: newId(), type: 'stock.changed', ...level() });

describe('eventsOf', () => {
  it('when a batch moved several products, then one message tells of all, under the id of the first', () => {
    const [one, two] = [changed(), changed()];
    const [event, ...more] = eventsOf({ events: [one, two], createdAt });
    expect(more).toEqual([]);
    const levels = [one, two].map(({ productId, seq, firstSeq, stock, reserved, sold }) => ({
      productId,
      seq,
      firstSeq,
      stock,
      reserved,
      sold,
    }));
    expect(event).toEqual({
      id: one.id,
      type: 'stock.changed',
      version: 1,
      occurredAt: '2026-01-02T03:04:05.678Z',
      data: { changes: levels },
    });
  });

  it('when a product is made, then that is a message of its own, and whole events stay as they are', () => {
    const made: StockEvent = { ...changed(), type: 'product.created' };
    const order = orderConfirmed();
    const events = eventsOf({ events: [changed(), made, order], createdAt });
    expect(events.map(({ type }) => type)).toEqual(['product.created', 'order.confirmed', 'stock.changed']);
    expect(events[1]).toBe(order);
    expect(events[0]?.id).toBe(made.id);
  });

  it('when there are more changes than a message may have, then there are several, and each is an event of its schema', () => {
    const events = eventsOf({ events: many(2_001, changed), createdAt });
    expect(events).toHaveLength(3);
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    for (const event of events) expect(parseEvent(event)).toEqual(event);
  });

  it('when there are none, then there is no message', () => {
    expect(eventsOf({ events: [], createdAt })).toEqual([]);
  });
});
