import type { MovementQueries } from '../models/movement-queries.js';
import type { MovementDocument } from '../models/movement.model.js';
import { commandKeptMs, type Answer } from '../models/command.model.js';
import type { PurchaseView } from '../schemas/ledger.js';
import type { Caller } from '../utils/caller.js';
import { AppError } from '../utils/errors.js';
import { isId, newId, timeOfId } from '../utils/uuid.js';
import { purchaseView } from './movement-view.js';
import { saleAnswer } from './sale-answer.js';
import type { AppliedLine, CommandKey, StockCommand } from './stock-engine/commands.js';
import type { Settled, StockEngine } from './stock-engine/stock-engine.js';

/** Begins the keys that a 503 hands out to who sent none; the id of the purchase follows. */
const madeKeyPrefix = 'purchase:';
/** How far the clocks of two processes may be apart. */
const clockSkewMs = 60_000;

export interface PurchaseWish {
  productId: string;
  quantity: number;
  /** The price per unit that the buyer expects, in minor units; undefined when any will do. */
  price?: number | undefined;
}

export interface PurchaseDependencies {
  engine: Pick<StockEngine, 'submit'>;
  ledger: Pick<MovementQueries, 'sale' | 'sales'>;
  now?: () => Date;
}

const answerOf = ([line]: readonly AppliedLine[]): Answer => {
  if (!line) throw new AppError('INTERNAL');
  return saleAnswer(line.movement);
};

/** What a purchase that is kept by its ledger line alone can be compared by. */
const lineHash = (buyerId: string, productId: string, quantity: number): string =>
  `${buyerId} ${productId} ${String(quantity)}`;

interface Identity {
  lineId: string;
  key: CommandKey | null;
  hash: string;
  retryKey: string;
}

/**
 * The purchase's id in a key that a 503 has handed out, or null. Ids sort by their time, so one that was not made in the time that
 * keys are kept for is somebody's invention and just a key like any other.
 */
const madeIdOf = (key: string, nowMs: number): string | null => {
  const id = key.startsWith(madeKeyPrefix) ? key.slice(madeKeyPrefix.length) : '';
  if (!isId(id)) return null;
  const ageMs = nowMs - timeOfId(id);
  return ageMs > -clockSkewMs && ageMs < commandKeptMs ? id : null;
};

/** Under which id and key a purchase runs: the caller's key, the one that an earlier 503 made, or none. */
const identify = (caller: Caller, wish: PurchaseWish, key: string | undefined, nowMs: number): Identity => {
  const { productId, quantity, price } = wish;
  if (key === undefined) {
    const lineId = newId();
    return { lineId, key: null, hash: '', retryKey: madeKeyPrefix + lineId };
  }
  const madeId = madeIdOf(key, nowMs);
  if (madeId !== null) {
    return {
      lineId: madeId,
      key: { kind: 'line', id: madeId },
      hash: lineHash(caller.id, productId, quantity),
      retryKey: key,
    };
  }
  return {
    lineId: newId(),
    key: { kind: 'stored', id: `${caller.id}:${key}` },
    // Short as it is, the request tells itself apart; a digest would cost more than the rest of this function.
    hash: `purchase ${productId} ${quantity} ${price ?? '-'}`,
    retryKey: key,
  };
};

const storedSale = (sale: MovementDocument) => ({
  hash: lineHash(sale.buyerId ?? '', sale.productId, sale.soldDelta),
  answer: saleAnswer(sale),
});

const seesAll = (caller: Caller): boolean => caller.role !== 'user';

export const createPurchaseService = ({ engine, ledger, now = () => new Date() }: PurchaseDependencies) => ({
  /**
   * Buys units of one product for the caller.
   * @throws AppError NOT_FOUND, SALE_NOT_OPEN, PRICE_CHANGED, LIMIT_REACHED, INSUFFICIENT_STOCK, IDEMPOTENCY_KEY_REUSED, UNAVAILABLE
   */
  buy: (caller: Caller, wish: PurchaseWish, key: string | undefined): Promise<Settled> => {
    const identity = identify(caller, wish, key, now().getTime());
    const command: StockCommand = {
      kind: 'purchase',
      key: identity.key,
      hash: identity.hash,
      retryKey: identity.retryKey,
      actorId: caller.id,
      buyerId: caller.id,
      lines: [
        {
          type: 'sale',
          id: identity.lineId,
          productId: wish.productId,
          quantity: wish.quantity,
          price: wish.price ?? null,
        },
      ],
      showsProduct: false,
      answer: answerOf,
      answerOfLine: storedSale,
    };
    return engine.submit(command);
  },

  /**
   * One purchase, for its buyer, a manager or an admin; for anybody else there is none.
   * @throws AppError NOT_FOUND
   */
  get: async (caller: Caller, id: string): Promise<PurchaseView> => {
    const sale = await ledger.sale(id);
    if (!sale || (sale.buyerId !== caller.id && !seesAll(caller))) throw new AppError('NOT_FOUND');
    return purchaseView(sale);
  },

  /** Purchases below `beforeId`, newest first: the caller's own, or everybody's for a manager or an admin. */
  list: async (caller: Caller, limit: number, beforeId: string | undefined): Promise<PurchaseView[]> => {
    const sales = await ledger.sales({ buyerId: seesAll(caller) ? null : caller.id, beforeId, limit });
    return sales.map(purchaseView);
  },
});

export type PurchaseService = ReturnType<typeof createPurchaseService>;
