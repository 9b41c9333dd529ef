import type { DomainEvent } from '../schemas/events.js';
import type { ErrorCode } from '../utils/errors.js';

/** One line of an order, as the order keeps it. */
export interface OrderedItem {
  productId: string;
  quantity: number;
  /** What a unit costs the customer, in minor units of the order's currency: the price that the order has been answered with. */
  unitPrice: number;
}

/** What the stock has to know of an order. */
export interface OrderToTake {
  id: string;
  /** The customer: theirs are the purchases and the limits. */
  buyerId: string;
  currency: string;
  /** 1 to 50; the same product twice is allowed and counts as the sum. */
  items: readonly OrderedItem[];
}

export interface OrderToGiveBack {
  id: string;
  /** Who cancels: the customer or a manager. */
  actorId: string;
}

/** Why an order got nothing; `details` names the line: `{ index, productId, ... }`. */
export interface OrderRefusal {
  code: ErrorCode;
  details?: unknown;
}

/**
 * What has become of an order's stock, for good: asked again, however often and by whichever process, it is the same, until a
 * cancel makes `taken` into `returned`.
 */
export type TakeOutcome =
  /** `again`: an earlier call took it, so this one's announcements were not written. */
  | { status: 'taken'; again?: true }
  | { status: 'refused'; reason: OrderRefusal }
  /** A cancel came first: nothing was taken, or it has been given back already. */
  | { status: 'returned' };

/**
 * `given`: whether this order's units are back in stock by a cancel, this one or an earlier one; false when there was nothing to give
 * back, because nothing was taken (and now nothing will be) or because the order was refused.
 */
export interface GiveBackOutcome {
  given: boolean;
}

/**
 * The stock of orders. Both calls may be repeated at will and may come in any order: per order, units are taken at most once and
 * given back at most once, and never taken once a cancel has been answered.
 */
export interface OrderStock {
  /**
   * Takes all lines of an order or none, at the prices that the order names, and keeps the outcome, a refusal included.
   * Refused with NOT_FOUND (no such product, or deleted), SALE_NOT_OPEN, LIMIT_REACHED, INSUFFICIENT_STOCK.
   * @param announces written in the transaction that takes the stock, if this call does
   * @throws AppError UNAVAILABLE, INTERNAL and the database's errors: the outcome is open; call again with the same order.
   */
  take: (order: OrderToTake, announces?: readonly DomainEvent[]) => Promise<TakeOutcome>;
  /**
   * Gives back what an order took, and sees to it that it takes nothing from now on.
   * @throws as `take`
   */
  giveBack: (order: OrderToGiveBack) => Promise<GiveBackOutcome>;
}
