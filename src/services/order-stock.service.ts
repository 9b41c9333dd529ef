import type { OrderStockDocument, OrderStockQueries } from '../models/order-stock.model.js';
import type { Answer } from '../models/command.model.js';
import type { DomainEvent } from '../schemas/events.js';
import { AppError, unavailable, type ErrorCode } from '../utils/errors.js';
import { newId } from '../utils/uuid.js';
import type { GiveBackOutcome, OrderStock, OrderToGiveBack, OrderToTake, TakeOutcome } from './order-stock.types.js';
import type { StockCommand, StockLine } from './stock-engine/commands.js';
import type { StockEngine } from './stock-engine/stock-engine.js';

export interface OrderStockDependencies {
  engine: Pick<StockEngine, 'submit'>;
  orders: OrderStockQueries;
  now?: () => Date;
}

/** What the stock says to an order for good; anything else may be otherwise at the next try. */
const refusals: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'SALE_NOT_OPEN', 'LIMIT_REACHED', 'INSUFFICIENT_STOCK']);

/** Of two who cancel and one who takes, each can find that another was first, once. */
const giveBackTriesMax = 4;

/** Nobody is answered over HTTP by these commands. */
const noAnswer: Answer = { status: 204, body: '', location: null };

const commandOf = (
  kind: 'order' | 'cancel',
  orderId: string,
  people: Pick<StockCommand, 'actorId' | 'buyerId'>,
  lines: readonly StockLine[],
): StockCommand => ({
  kind,
  key: { kind: 'order', id: orderId },
  hash: '',
  retryKey: orderId,
  ...people,
  lines,
  showsProduct: false,
  answer: () => noAnswer,
});

const takeCommand = (
  { id, buyerId, currency, items }: OrderToTake,
  announces: readonly DomainEvent[],
): StockCommand => ({
  ...commandOf(
    'order',
    id,
    { actorId: buyerId, buyerId },
    items.map(({ productId, quantity, unitPrice }) => ({
      type: 'sale',
      id: newId(),
      productId,
      quantity,
      price: null,
      agreed: { unitPrice, currency, reference: id },
    })),
  ),
  announces,
});

const returnCommand = ({ _id, buyerId, currency, lines }: OrderStockDocument, actorId: string): StockCommand =>
  commandOf(
    'cancel',
    _id,
    { actorId, buyerId },
    lines.map(({ productId, quantity, unitPrice }) => ({
      type: 'return',
      id: newId(),
      productId,
      quantity,
      agreed: { unitPrice, currency: currency ?? '', reference: _id },
    })),
  );

/** What an earlier call has decided. */
const outcomeOf = ({ status, reason }: OrderStockDocument): TakeOutcome => {
  if (status === 'refused') return { status, reason: reason ?? { code: 'INTERNAL' } };
  return status === 'taken' ? { status, again: true } : { status };
};

/**
 * Takes and gives back the stock of orders. There is one document per order, and everything is done on condition of it: the engine
 * writes it in the transaction that moves the units, a refusal or a cancel that finds nothing taken is inserted unless there is
 * one. Whoever comes first decides, and everybody else finds what was decided.
 */
export const createOrderStock = ({ engine, orders, now = () => new Date() }: OrderStockDependencies): OrderStock => {
  const keep = (id: string, fields: Pick<OrderStockDocument, 'status' | 'reason'>): Promise<OrderStockDocument> => {
    const at = now();
    return orders.keep({ _id: id, ...fields, buyerId: null, currency: null, lines: [], createdAt: at, updatedAt: at });
  };

  /** Whether the engine has carried it out; false when the order is not in the state for it. */
  const carriedOut = async (command: StockCommand): Promise<boolean> => {
    try {
      await engine.submit(command);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'ORDER_STATE') return false;
      throw error;
    }
  };

  return {
    take: async (order, announces = []) => {
      try {
        if (await carriedOut(takeCommand(order, announces))) return { status: 'taken' };
      } catch (error) {
        if (!(error instanceof AppError) || !refusals.has(error.code)) throw error;
        const { code, details } = error;
        const reason = details === undefined ? { code } : { code, details };
        return outcomeOf(await keep(order.id, { status: 'refused', reason }));
      }
      // Something is kept already, so this inserts nothing and finds it.
      return outcomeOf(await keep(order.id, { status: 'returned', reason: null }));
    },

    giveBack: async ({ id, actorId }: OrderToGiveBack): Promise<GiveBackOutcome> => {
      for (let tries = 0; tries < giveBackTriesMax; tries++) {
        const kept = await keep(id, { status: 'returned', reason: null });
        if (kept.status !== 'taken') return { given: kept.status === 'returned' && kept.lines.length > 0 };
        if (await carriedOut(returnCommand(kept, actorId))) return { given: true };
      }
      throw unavailable(1);
    },
  };
};
