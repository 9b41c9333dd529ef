import type { DomainEvent } from '../schemas/events.js';
import type { CommandDocument, StoredAnswer } from './command.model.js';
import type { HoldDocument } from './hold.model.js';
import type { MovementDocument } from './movement.model.js';
import type { OrderStockDocument } from './order-stock.model.js';
import type { OutboxJob, StockEvent } from './outbox.model.js';
import type { ProductDocument } from './product.model.js';

/** What a batch has to know before it can be decided. */
export interface StateQuery {
  productIds: ReadonlySet<string>;
  /** Whether some answer shows whole products; else their long fields are left out. */
  wholeProducts: boolean;
  /** `actorId:key` of the commands that carry a key. */
  storedKeys: readonly string[];
  /** Ids of ledger lines that commands name as their key. */
  lineKeys: readonly string[];
  skus: readonly string[];
  /** Who wants to buy what: `[productId, buyerId]`. */
  buyers: readonly (readonly [string, string])[];
  /** Holds that commands name. */
  holdIds: readonly string[];
  /** Orders whose stock is taken or given back. */
  orderIds: readonly string[];
  /** Holds of the products that have expired by then are asked for too. */
  at: Date;
}

/** What the database says to a `StateQuery`. */
export interface StockState {
  /** Products by id, deleted ones too: what was taken from them goes back to them. */
  products: ReadonlyMap<string, ProductDocument>;
  /** Answers given before under a stored key, by its id. */
  answers: ReadonlyMap<string, StoredAnswer>;
  /** Ledger lines that were named as a key, by id. */
  lines: ReadonlyMap<string, MovementDocument>;
  /** Skus, of those asked for, that a live product has. */
  takenSkus: ReadonlySet<string>;
  /** Units that a customer has of a product with a limit, by `productId:buyerId`; absent is none. */
  counters: ReadonlyMap<string, number>;
  /** The holds that were named, whatever their status, and those of the products that have expired; by id. */
  holds: ReadonlyMap<string, HoldDocument>;
  /** Whether the products have more expired holds than are read at once. */
  moreExpired: boolean;
  /** What is kept of the orders, by their id. */
  orders: ReadonlyMap<string, OrderStockDocument>;
}

/** The conditional update of one product: it must still be at `seq` and `version` and hold what is taken. */
export interface ProductWrite {
  productId: string;
  seq: number;
  version: number;
  stockDelta: number;
  soldDelta: number;
  reservedDelta: number;
  seqDelta: number;
  /** The band of the stock from now on; null while it stays, so that the update touches no index. */
  stockBand: number | null;
}

/** How many units a customer has from now on; the product's condition on `seq` guards it. */
export interface CounterWrite {
  _id: string;
  units: number;
}

/** The end of a hold, on condition that it is held and still ends when it was seen to. */
export interface HoldEnd {
  _id: string;
  expiresAt: Date;
  status: Exclude<HoldDocument['status'], 'held'>;
  saleId: string | null;
}

/** Everything that one batch writes, in one transaction. */
export interface StockWrites {
  created: readonly ProductDocument[];
  products: readonly ProductWrite[];
  movements: readonly MovementDocument[];
  counters: readonly CounterWrite[];
  holds: readonly HoldDocument[];
  holdEnds: readonly HoldEnd[];
  /** Orders that have taken their stock. */
  orders: readonly OrderStockDocument[];
  /** Ids of orders whose stock is given back. */
  orderReturns: readonly string[];
  commands: readonly CommandDocument[];
  events: readonly StockEvent[];
  /** What the commands announce, beside what the batch itself has moved. */
  announced: readonly DomainEvent[];
  jobs: readonly OutboxJob[];
  at: Date;
}
