import type { OutboxDocument, StockEvent } from '../../models/outbox.model.js';
import type { DomainEvent } from '../../schemas/events.js';

/** As many as the schema of `stock.changed` allows. */
const changesMax = 1_000;

const levelOf = ({ productId, seq, firstSeq, stock, reserved, sold }: StockEvent) => ({
  productId,
  seq,
  firstSeq,
  stock,
  reserved,
  sold,
});

const isWhole = (event: StockEvent | DomainEvent): event is DomainEvent => 'data' in event;

/** One message for many changes: see docs/events.md for what a message each would cost. Its id is that of its first change, at every try. */
const changesOf = (events: readonly StockEvent[], occurredAt: string): DomainEvent[] => {
  const messages: DomainEvent[] = [];
  for (let start = 0; start < events.length; start += changesMax) {
    const part = events.slice(start, start + changesMax);
    const [first] = part;
    if (first === undefined) continue;
    const changes = part.map(levelOf);
    messages.push({ id: first.id, type: 'stock.changed', version: 1, occurredAt, data: { changes } });
  }
  return messages;
};

/** What an outbox document is published as. */
export const eventsOf = ({ events, createdAt }: Pick<OutboxDocument, 'events' | 'createdAt'>): DomainEvent[] => {
  const occurredAt = createdAt.toISOString();
  const messages: DomainEvent[] = [];
  const changes: StockEvent[] = [];
  for (const event of events) {
    if (isWhole(event)) messages.push(event);
    else if (event.type === 'stock.changed') changes.push(event);
    else messages.push({ id: event.id, type: event.type, version: 1, occurredAt, data: levelOf(event) });
  }
  return [...messages, ...changesOf(changes, occurredAt)];
};
