import { randomBytes } from 'node:crypto';
import type { OrderParties } from '../../models/order-outcomes.js';
import type { Cache, Found, Region } from '../cache/cache.service.js';

export interface OrderCacheDependencies {
  cache: Pick<Cache, 'region' | 'invalidate'>;
  ttlMs: number;
}

/** Who looks: one customer at their own orders, or a manager at everybody's. */
export type Scope = { buyerId: string } | 'all';

/**
 * How long a page may live at most. The pages of a change whose process has died between the commit and the invalidation end when that
 * process, or any other of the order service, starts; until then nothing but time ends them for those that are still running.
 */
const pageMsMax = 10_000;

/** There is one epoch for all lists. */
const epochId = 'all';

const scopeName = (scope: Scope): string => (scope === 'all' ? scope : scope.buyerId);
const idOf = (productId: string, scope: Scope): string => `${productId}:${scopeName(scope)}`;

const listsOf = (orders: readonly Pick<OrderParties, 'buyerId' | 'items'>[]): string[] => [
  ...new Set(
    orders.flatMap(({ buyerId, items }) =>
      items.flatMap(({ productId }) => [idOf(productId, { buyerId }), idOf(productId, 'all')]),
    ),
  ),
];

const newToken = () => Promise.resolve({ body: randomBytes(9).toString('base64url'), version: 0, seq: 0 } as const);

/** A token that pages hang on, made where there is none; null where the cache is of no help now. */
const tokenOf = async (region: Region<string>, id: string): Promise<string | null> => {
  const { value, source } = region.peek(id) ?? (await region.read(id, newToken));
  return source === 'bypass' ? null : value;
};

/**
 * The lists of orders by product. The pages of one product, as one customer or everybody sees them, hang on a generation of their own, and
 * every change of an order ends the generations that it concerns. All pages hang on the epoch, which ends with each start of a process.
 */
export const createOrderCache = ({ cache, ttlMs }: OrderCacheDependencies) => {
  const lifeMs = Math.min(ttlMs, pageMsMax);
  const epochs = cache.region<string>({ name: 'oe', decode: (token) => token, ttlMs });
  const generations = cache.region<string>({ name: 'og', decode: (token) => token, ttlMs: lifeMs });
  const pages = cache.region<string>({ name: 'ol', decode: (body) => body, ttlMs: lifeMs });
  /** Lists that are being changed, and by how many: the change may be in the database before we hear of it. */
  const changing = new Map<string, number>();

  const mark = (lists: readonly string[]): void => {
    for (const list of lists) changing.set(list, (changing.get(list) ?? 0) + 1);
  };
  const unmark = (lists: readonly string[]): void => {
    for (const list of lists) {
      const left = (changing.get(list) ?? 1) - 1;
      if (left > 0) changing.set(list, left);
      else changing.delete(list);
    }
  };

  return {
    /** To be called when a process starts, before it serves: another may have died between a change and the end of its lists. */
    startAnew: (): Promise<void> => cache.invalidate([epochs.key(epochId)]),

    /**
     * A page of a product's orders.
     * @param query what tells the page from others of the list
     * @param load makes the page's text from the database
     */
    page: async (
      list: { productId: string; scope: Scope },
      query: string,
      load: () => Promise<string>,
    ): Promise<Found<string>> => {
      const id = idOf(list.productId, list.scope);
      if (changing.has(id)) return { value: await load(), source: 'bypass' };
      const [epoch, generation] = await Promise.all([tokenOf(epochs, epochId), tokenOf(generations, id)]);
      if (epoch === null || generation === null || changing.has(id)) return { value: await load(), source: 'bypass' };
      const page = `${epoch}:${generation}:${query}`;
      return pages.peek(page) ?? pages.read(page, async () => ({ body: await load(), version: 0, seq: 0 }));
    },

    /** Changes orders, and ends the lists that they are in before anybody hears of it. */
    around: async <T>(
      orders: readonly Pick<OrderParties, 'buyerId' | 'items'>[],
      change: () => Promise<T>,
    ): Promise<T> => {
      const lists = listsOf(orders);
      mark(lists);
      try {
        return await change();
      } finally {
        await cache.invalidate(lists.map(generations.key));
        unmark(lists);
      }
    },
  };
};

export type OrderCache = ReturnType<typeof createOrderCache>;
