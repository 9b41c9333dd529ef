import type { OrderDocument } from '../../models/order.model.js';
import type { OrderQueries } from '../../models/order-queries.js';
import type { OrderStatus, OrderView } from '../../schemas/order.js';
import type { Caller } from '../../utils/caller.js';
import { AppError } from '../../utils/errors.js';
import type { Source } from '../cache/flights.js';
import { orderView } from './new-order.js';
import type { OrderCache } from './order-cache.service.js';

export interface OrderReadsDependencies {
  queries: Pick<OrderQueries, 'find' | 'list'>;
  cache: Pick<OrderCache, 'page'>;
}

/** A page of orders; `beforeId` is where it begins. */
export interface OrderPage {
  limit: number;
  beforeId: string | undefined;
}

const seesAll = ({ role }: Caller): boolean => role !== 'user';

/** For anybody else than its customer, managers and admins there is no such order. */
export const maySee = (caller: Caller, { buyerId }: OrderDocument): boolean => buyerId === caller.id || seesAll(caller);

/** Orders as people look at them: customers at their own, managers and admins at all. */
export const createOrderReads = ({ queries, cache }: OrderReadsDependencies) => ({
  /** @throws AppError NOT_FOUND */
  get: async (caller: Caller, id: string): Promise<OrderView> => {
    const order = await queries.find(id);
    if (!order || !maySee(caller, order)) throw new AppError('NOT_FOUND');
    return orderView(order);
  },

  /** Newest first. */
  list: async (caller: Caller, page: OrderPage & { status: OrderStatus | undefined }): Promise<OrderView[]> => {
    const orders = await queries.list({ ...page, buyerId: seesAll(caller) ? null : caller.id });
    return orders.map(orderView);
  },

  /**
   * The orders that a product is in, newest first.
   * @param past whether to read past the cache
   * @param show makes the text of the answer from one order more than a page has
   */
  ofProduct: async (
    caller: Caller,
    productId: string,
    page: OrderPage & { past: boolean },
    show: (orders: readonly OrderView[]) => string,
  ): Promise<{ body: string; source: Source }> => {
    const { limit, beforeId, past } = page;
    const buyerId = seesAll(caller) ? null : caller.id;
    const load = async (): Promise<string> => {
      const orders = await queries.list({ buyerId, productId, beforeId, limit: limit + 1 });
      return show(orders.map(orderView));
    };
    if (past) return { body: await load(), source: 'bypass' };
    const scope = buyerId === null ? 'all' : { buyerId };
    const { value, source } = await cache.page({ productId, scope }, `${limit}:${beforeId ?? ''}`, load);
    return { body: value ?? (await load()), source };
  },
});

export type OrderReads = ReturnType<typeof createOrderReads>;
