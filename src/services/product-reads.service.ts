import type { ProductListQuery } from '../models/product-list.js';
import type { ProductQueries } from '../models/product-queries.js';
import type { ListProductsQuery, ProductView, ProductWithCreator } from '../schemas/product.js';
import { etagOfText } from '../utils/entity-tags.js';
import { envelopeAround } from '../utils/envelope.js';
import { AppError } from '../utils/errors.js';
import { messages } from '../utils/messages.js';
import type { Found } from './cache/cache.service.js';
import type { Source } from './cache/flights.js';
import {
  productJson,
  shownProduct,
  type CachedPage,
  type CachedProduct,
  type ProductCache,
} from './product-cache.service.js';
import { listQuery, nextCursor, pageKey } from './product-page.js';

export interface ProductReadsDependencies {
  products: Pick<ProductQueries, 'find' | 'list'>;
  cache: Pick<ProductCache, 'peek' | 'read' | 'page'>;
  names: { of: (ids: readonly string[]) => Promise<Map<string, string>> };
}

export interface ShownProduct {
  product: CachedProduct;
  source: Source;
}

/** A page of products as it is sent. */
interface PageAnswer {
  /** Each product as JSON text. */
  products: readonly string[];
  /** Null on the last page. */
  nextCursor: string | null;
  /** The whole body, its length on the wire, and its validator. */
  answer: string;
  bytes: number;
  etag: string;
}

export type ShownPage = PageAnswer & { source: Source };

/** What only the database itself knows at every moment: stock moves without an end to the lists that were made before. */
const readsPast = ({ inStock, sort }: ListProductsQuery): boolean =>
  inStock !== undefined || sort === 'stock' || sort === '-stock';

const areThere = <T extends object>(copies: readonly (T | undefined)[]): copies is readonly T[] =>
  !copies.includes(undefined);

const shown = ({ value, source }: Found<CachedProduct>): ShownProduct => {
  if (value === null) throw new AppError('NOT_FOUND');
  return { product: value, source };
};

const pageAnswer = (products: readonly string[], limit: number, nextCursor: string | null): PageAnswer => {
  const answer = envelopeAround(200, messages.ok, `[${products.join(',')}]`, { limit, nextCursor });
  return { products, nextCursor, answer, bytes: Buffer.byteLength(answer), etag: etagOfText(answer) };
};

const noPage: CachedPage = { ids: [], nextCursor: null };

type Items = readonly (CachedProduct | null)[];

/** Puts pages together, and keeps what it has made of a copy of a page for as long as the copies of its products are the same. */
const createComposer = () => {
  const composed = new WeakMap<CachedPage, { items: Items; page: PageAnswer }>();
  return (cached: CachedPage, items: Items, limit: number): PageAnswer => {
    const known = composed.get(cached);
    if (known && items.every((item, index) => item === known.items[index])) return known.page;
    const products = items.flatMap((item) => (item === null ? [] : [productJson(item)]));
    const page = pageAnswer(products, limit, cached.nextCursor);
    composed.set(cached, { items, page });
    return page;
  };
};

/** The catalogue as people look at it, from the cache unless they ask for the database. */
export const createProductReads = ({ products, cache, names }: ProductReadsDependencies) => {
  const fromDatabase = async (id: string): Promise<ShownProduct> => {
    const found = await products.find(id);
    return shown({ value: found && shownProduct(found), source: 'bypass' });
  };
  const get = async (id: string, past: boolean): Promise<ShownProduct> =>
    past ? fromDatabase(id) : shown(await cache.read(id));

  /** One row more than asked for tells whether there is a next page. */
  const rows = async (query: ListProductsQuery, asked: ProductListQuery) => {
    const found = await products.list({ ...asked, limit: query.limit + 1 });
    const page = found.slice(0, query.limit);
    return { page, nextCursor: found.length > query.limit ? nextCursor(query, page) : null };
  };
  const pageIds = async (query: ListProductsQuery, asked: ProductListQuery): Promise<CachedPage> => {
    const { page, nextCursor: next } = await rows(query, asked);
    return { ids: page.map(({ _id }) => _id), nextCursor: next };
  };

  /** The products of a page of which the ids are known; what was deleted meanwhile is null, and the cursor stays. */
  const itemsOf = async (ids: readonly string[]): Promise<readonly Found<CachedProduct>[]> => {
    const copies = ids.map((id) => cache.peek(id));
    if (areThere(copies)) return copies;
    return Promise.all(ids.map(async (id, index) => copies[index] ?? (await cache.read(id))));
  };
  const compose = createComposer();

  return {
    /** A product of which this process has a copy that can be believed; no wait. @throws AppError NOT_FOUND */
    peek: (id: string): ShownProduct | undefined => {
      const found = cache.peek(id);
      return found && shown(found);
    },

    /**
     * @param past whether to read past the cache
     * @throws AppError NOT_FOUND
     */
    get,

    /** A product with who made it. @throws AppError NOT_FOUND */
    getWithCreator: async (
      id: string,
      past: boolean,
    ): Promise<{ product: ProductWithCreator; etag: string; source: Source }> => {
      const { product, source } = await get(id, past);
      const view = JSON.parse(productJson(product)) as ProductView;
      const known = await names.of([view.createdBy]);
      const createdBy = { id: view.createdBy, name: known.get(view.createdBy) ?? null };
      return { product: { ...view, createdBy }, etag: product.etag, source };
    },

    /**
     * A page of the catalogue.
     * @param past whether to read past the cache
     * @throws AppError VALIDATION_FAILED when the cursor is of another query.
     */
    list: async (query: ListProductsQuery, past: boolean): Promise<ShownPage> => {
      const asked = listQuery(query);
      if (past || readsPast(query)) {
        const { page, nextCursor: next } = await rows(query, asked);
        const products = page.map((found) => productJson(shownProduct(found)));
        return { ...pageAnswer(products, query.limit, next), source: 'bypass' };
      }
      const { value, source } = await cache.page(pageKey(query), () => pageIds(query, asked));
      const page = value ?? noPage;
      const found = await itemsOf(page.ids);
      const items = found.map((each) => each.value);
      const sources = found.map((each) => each.source);
      return { ...compose(page, items, query.limit), source: sourceOf([source, ...sources]) };
    },
  };
};

/** Of several sources, what the answer as a whole comes from: a hit is one that asked the database for nothing. */
export const sourceOf = (sources: readonly Source[]): Source =>
  sources.includes('bypass') ? 'bypass' : sources.includes('miss') ? 'miss' : 'hit';

export type ProductReads = ReturnType<typeof createProductReads>;
