import { z } from 'zod';
import { roles } from '../utils/caller.js';

const id = z.uuid();
const units = z.int().min(0);
const quantity = z.int().min(1).max(1_000_000);
const price = z.int().min(0).max(1_000_000_000);

const stockLevel = z.strictObject({
  productId: id.describe('The product'),
  seq: z.int().min(1).describe('The newest movement told of; drop what is not newer than the seq that you have seen'),
  firstSeq: z.int().min(1).describe('The first movement told of; the ledger has the lines between'),
  stock: units.describe('What can be bought now'),
  reserved: units.describe('Held by reservations'),
  sold: units.describe('What has left'),
});

const order = z.strictObject({
  orderId: id.describe('The order'),
  buyerId: id.describe('The customer: theirs are the limits'),
  currency: z.string().length(3).describe('ISO 4217'),
  items: z
    .array(
      z.strictObject({
        productId: id,
        quantity,
        unitPrice: price.describe('Minor units; what the order has been answered with'),
      }),
    )
    .min(1)
    .max(50)
    .describe('The same product twice counts as the sum'),
});

/** What each type of event carries in `data`. */
export const eventData = {
  'product.created': stockLevel,
  'stock.changed': z.strictObject({
    changes: z.array(stockLevel).min(1).max(1_000).describe('One for each product that moved in one batch'),
  }),
  'order.created': order,
  'order.confirmed': z.strictObject({ orderId: id }),
  'order.rejected': z.strictObject({
    orderId: id,
    reason: z.strictObject({
      code: z.string().min(1).max(64).describe('An error code of the API'),
      details: z.unknown().optional().describe('As in the API’s error with that code'),
    }),
  }),
  'order.cancelled': z.strictObject({ orderId: id, actorId: id.describe('Who cancelled') }),
  'user.changed': z.strictObject({
    userId: id.describe('The account'),
    role: z.enum(roles),
    disabled: z.boolean(),
    sessionVersion: z
      .int()
      .min(1)
      .describe(
        'Access tokens of an earlier version are void; drop what is not newer than the version that you have seen',
      ),
  }),
  'session.ended': z.strictObject({
    sessionId: id.describe('Access tokens of this session are void'),
    userId: id.describe('Whose it was'),
  }),
} as const;

export type EventType = keyof typeof eventData;
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>;

const envelope = <T extends EventType>(type: T) =>
  z.strictObject({
    id: id.describe('The same at every delivery: the key by which an effect happens once'),
    type: z.literal(type),
    version: z.literal(1).describe('Grows when a consumer of the old shape would misread the new one'),
    occurredAt: z.iso.datetime().describe('When it was written down, UTC'),
    data: eventData[type],
  });

/** One schema for each type of event: a message is exactly one of these. */
export const eventSchemas = {
  'product.created': envelope('product.created'),
  'stock.changed': envelope('stock.changed'),
  'order.created': envelope('order.created'),
  'order.confirmed': envelope('order.confirmed'),
  'order.rejected': envelope('order.rejected'),
  'order.cancelled': envelope('order.cancelled'),
  'user.changed': envelope('user.changed'),
  'session.ended': envelope('session.ended'),
} as const;

export const eventTypes = Object.keys(eventSchemas) as EventType[];

/** What a message says: what happened, when, under an id by which its repeats are known. */
export interface EventOf<T extends EventType> {
  /** UUID; the same at every delivery. */
  id: string;
  type: T;
  version: 1;
  /** ISO 8601, UTC. */
  occurredAt: string;
  data: EventData<T>;
}

/** An event of one of these types, told apart by `type`. */
export type AnyOf<T extends EventType> = { [K in T]: EventOf<K> }[T];

/** Any event, told apart by `type`. */
export type DomainEvent = AnyOf<EventType>;

const anyEvent = z.discriminatedUnion('type', [
  eventSchemas['product.created'],
  eventSchemas['stock.changed'],
  eventSchemas['order.created'],
  eventSchemas['order.confirmed'],
  eventSchemas['order.rejected'],
  eventSchemas['order.cancelled'],
  eventSchemas['user.changed'],
  eventSchemas['session.ended'],
]);

/** @throws ZodError when `value` is no event of a known type and version */
export const parseEvent = (value: unknown): DomainEvent => anyEvent.parse(value);
