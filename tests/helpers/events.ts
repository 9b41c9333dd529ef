import type { EventOf } from '../../src/schemas/events.js';
import { newId } from '../../src/utils/uuid.js';

const now = () => new Date().toISOString();

export const orderConfirmed = (orderId = newId()): EventOf<'order.confirmed'> => ({
  id: newId(),
  type: 'order.confirmed',
  version: 1,
  occurredAt: now(),
  data: { orderId },
});

export const orderCancelled = (orderId = newId()): EventOf<'order.cancelled'> => ({
  id: newId(),
  type: 'order.cancelled',
  version: 1,
  occurredAt: now(),
  data: { orderId, actorId: newId() },
});

export const stockChanged = (productId = newId(), seq = 1): EventOf<'stock.changed'> => ({
  id: newId(),
  type: 'stock.changed',
  version: 1,
  occurredAt: now(),
  data: { changes: [{ productId, seq, firstSeq: seq, stock: 5, reserved: 0, sold: seq }] },
});

/** As many as wanted of one kind. */
export const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, () => make());
