import type { DomainEvent } from '../../src/schemas/events.js';
import type { HoldDocument } from '../../src/models/hold.model.js';
import type { MovementDocument } from '../../src/models/movement.model.js';
import type { OrderDocument } from '../../src/models/order.model.js';
import type { OrderStockDocument } from '../../src/models/order-stock.model.js';
import type { ProductDocument } from '../../src/models/product.model.js';

export type ProductsAt = 'products1' | 'products2';

/** Which process answered, and in which of its lives. */
export interface Via {
  name: ProductsAt | 'orders';
  /** Undefined when it was started anew while the call was under way: then nobody knows which one answered. */
  incarnation: number | undefined;
}

interface Answered {
  via: Via;
  /** Monotonic milliseconds of ours, when the answer was there. */
  answeredMs: number;
}

/** A 201 for a purchase, at once or by confirming a reservation. */
export interface AnsweredSale extends Answered {
  id: string;
  productId: string;
  buyerId: string;
  quantity: number;
  unitPrice: number;
  stockAfter: number;
  /** The idempotency key under which it was asked for at last. */
  key: string | undefined;
  /** The body, as it came. */
  text: string;
  /** The reservation that it was. */
  holdId?: string;
}

/** A purchase without a key whose connection broke: it has a line or not, and nobody can know. */
export interface LostSale {
  productId: string;
  buyerId: string;
  quantity: number;
}

/** A 201 for a reservation. */
export interface AnsweredHold extends Answered {
  id: string;
  productId: string;
  buyerId: string;
  quantity: number;
  key: string;
  /** Whether its owner was told that it became a purchase; all others are released or expire. */
  isConfirmed: boolean;
}

/** A 200 for one line of an adjustment. */
export interface AnsweredMove extends Answered {
  id: string;
  productId: string;
  seq: number;
  delta: number;
  stockAfter: number;
  key: string;
}

/** A 201 for an order, and a 200 for its cancel. */
export interface AnsweredOrder {
  id: string;
  buyerId: string;
  items: readonly { productId: string; quantity: number }[];
  key: string;
  isCancelled: boolean;
}

/** A cached read of a product. */
export interface Read {
  via: Via;
  productId: string;
  seq: number;
  /** Whether it came out of the cache. */
  isHit: boolean;
  /** When it was sent, and when its answer was there. */
  sentMs: number;
  answeredMs: number;
}

/** A purchase asked for again under its key when all was quiet. */
export interface Repeat {
  key: string;
  wanted: string;
  got: string;
  status: number;
  isReplay: boolean;
}

/** What people saw. */
export interface Record {
  sales: AnsweredSale[];
  lost: LostSale[];
  holds: AnsweredHold[];
  moves: AnsweredMove[];
  orders: AnsweredOrder[];
  reads: Read[];
  repeats: Repeat[];
  /** Answers that the contract does not know, and things that never got a definite answer. */
  faults: string[];
}

/** A product as one process shows it when all is quiet. */
export interface View {
  at: ProductsAt;
  productId: string;
  stock: number;
  reserved: number;
  sold: number;
  seq: number;
  version: number;
}

/** What GET /products/:id/audit says. */
export interface OwnAudit {
  productId: string;
  received: number;
  sold: number;
  reserved: number;
  stock: number;
  consistent: boolean;
  faults: readonly string[];
}

/** All that is known of a run when it is quiet; of its own products alone. */
export interface Evidence {
  record: Record;
  /** Products that were answered as made. */
  productIds: readonly string[];
  products: readonly ProductDocument[];
  /** Sorted by product and seq. */
  lines: readonly MovementDocument[];
  holds: readonly HoldDocument[];
  orders: readonly OrderDocument[];
  orderStock: readonly OrderStockDocument[];
  audits: readonly OwnAudit[];
  views: readonly View[];
  /** What the witness queue was given, in the order of its coming; undefined where there is no broker. */
  events: readonly DomainEvent[] | undefined;
  /** What the witness queue was given and is no event. */
  refusedEvents: readonly string[];
  deadLetters: number;
  /** Events that still wait to be published. */
  outboxLeft: number;
  crashes: readonly string[];
  /** By the runner's own clock. */
  now: Date;
}

export const emptyRecord = (): Record => ({
  ...{ sales: [], lost: [], holds: [], moves: [], orders: [], reads: [], repeats: [], faults: [] },
});
