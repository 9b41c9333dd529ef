import type { OrderStockDocument } from '../../models/order-stock.model.js';
import type { Outcome, StockCommand } from './commands.js';

/** What an order that takes its stock leaves behind, so that it can be given back. */
const takenBy = (id: string, { buyerId, lines }: StockCommand, at: Date): OrderStockDocument => {
  const sales = lines.flatMap((line) => (line.type === 'sale' ? [line] : []));
  return {
    _id: id,
    status: 'taken',
    reason: null,
    buyerId,
    currency: sales[0]?.agreed?.currency ?? null,
    lines: sales.map(({ productId, quantity, agreed }) => ({
      productId,
      quantity,
      unitPrice: agreed?.unitPrice ?? 0,
    })),
    createdAt: at,
    updatedAt: at,
  };
};

/**
 * What is kept of orders while a batch is decided. Both commands of an order look here first, and write here on condition of what
 * they saw: so an order takes once at most, gives back once at most, and takes nothing after a cancel.
 */
export const createOrderDraft = (stored: ReadonlyMap<string, OrderStockDocument>) => {
  const taken = new Map<string, OrderStockDocument>();
  const returned = new Set<string>();

  const now = (id: string): Pick<OrderStockDocument, 'status' | 'reason'> | undefined =>
    returned.has(id) ? { status: 'returned', reason: null } : (taken.get(id) ?? stored.get(id));

  return {
    /** Why this command of the order is not to be carried out, or null: an order takes first and gives back after that. */
    objection: (id: string, kind: StockCommand['kind']): Outcome | null => {
      const order = now(id);
      if (order?.status === (kind === 'cancel' ? 'taken' : undefined)) return null;
      const details = { status: order?.status ?? null, reason: order?.reason ?? null };
      return { ok: false, refusal: { code: 'ORDER_STATE', details } };
    },
    done: (id: string, command: StockCommand, at: Date): void => {
      if (command.kind === 'cancel') returned.add(id);
      else taken.set(id, takenBy(id, command, at));
    },
    /** As they are at the end of the batch. */
    taken: (): OrderStockDocument[] =>
      [...taken].map(([id, order]) => (returned.has(id) ? { ...order, status: 'returned' } : order)),
    /** Those that were taken before the batch. */
    returned: (): string[] => [...returned].filter((id) => !taken.has(id)),
  };
};

export type OrderDraft = ReturnType<typeof createOrderDraft>;
