import type { DomainEvent } from '../../../src/schemas/events.js';
import type { Evidence } from '../evidence.js';
import { linesOf } from './books.js';

interface Level {
  productId: string;
  seq: number;
  firstSeq: number;
  stock: number;
  reserved: number;
  sold: number;
}

const levelsOf = (event: DomainEvent): Level[] => {
  if (event.type === 'product.created') return [event.data];
  return event.type === 'stock.changed' ? event.data.changes : [];
};

/** Each event once, whatever came again. */
const distinct = (events: readonly DomainEvent[]): DomainEvent[] => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

/** In order and without repeats, the events of a product tell of every line of its ledger once. */
const productFaults = (evidence: Evidence, levels: readonly Level[], productId: string): string[] => {
  const lines = linesOf(evidence, productId);
  const faults: string[] = [];
  const told = { seq: 0, stock: 0, reserved: 0, sold: 0 };
  for (const level of [...levels].sort((one, other) => one.firstSeq - other.firstSeq)) {
    if (level.firstSeq !== told.seq + 1)
      faults.push(`after seq ${told.seq} the next event begins with ${level.firstSeq}`);
    for (const { delta, reservedDelta, soldDelta } of lines.slice(told.seq, level.seq)) {
      told.stock += delta;
      told.reserved += reservedDelta;
      told.sold += soldDelta;
    }
    told.seq = level.seq;
    const { stock, reserved, sold } = level;
    if (stock !== told.stock || reserved !== told.reserved || sold !== told.sold)
      faults.push(`the event of seq ${level.seq} says ${stock}/${reserved}/${sold}, the ledger otherwise`);
  }
  if (told.seq !== lines.length) faults.push(`events tell of seq 1 to ${told.seq} of ${lines.length}`);
  return faults.map((fault) => `product ${productId}: ${fault}`);
};

const wantedOf = { pending: [], confirmed: ['confirmed'], rejected: ['rejected'], cancelled: ['cancelled'] } as const;

/** Whatever happened was told of: every movement of stock, and every step of an order. */
export const eventFaults = (evidence: Evidence): string[] => {
  const faults: string[] = [];
  if (evidence.outboxLeft > 0) faults.push(`${evidence.outboxLeft} documents are left in the outbox`);
  if (evidence.deadLetters > 0) faults.push(`${evidence.deadLetters} dead letters`);
  faults.push(...evidence.refusedEvents);
  if (evidence.events === undefined) return faults;
  const events = distinct(evidence.events);
  const levels = new Map<string, Level[]>();
  const types = new Map<string, Set<string>>();
  for (const event of events) {
    for (const level of levelsOf(event)) {
      const of = levels.get(level.productId);
      if (of === undefined) levels.set(level.productId, [level]);
      else of.push(level);
    }
    if (!('orderId' in event.data)) continue;
    const { orderId } = event.data;
    types.set(orderId, (types.get(orderId) ?? new Set()).add(event.type));
  }
  for (const { _id } of evidence.products) faults.push(...productFaults(evidence, levels.get(_id) ?? [], _id));
  for (const { _id, status } of evidence.orders) {
    for (const wanted of ['created', ...wantedOf[status]]) {
      if (types.get(_id)?.has(`order.${wanted}`) !== true) faults.push(`order ${_id}: no order.${wanted} came`);
    }
  }
  return faults;
};
