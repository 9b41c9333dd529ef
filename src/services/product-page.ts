import type { ProductListQuery, ProductPosition, ProductSort } from '../models/product-list.js';
import type { FoundProduct } from '../models/product-queries.js';
import { sortFields, type ListProductsQuery } from '../schemas/product.js';
import { cursorTag, decodeCursor, encodeCursor } from '../utils/cursor.js';
import { searchWords } from '../utils/terms.js';

/** Newest first; what is searched for comes by name. */
const sortOf = ({ sort, q }: ListProductsQuery): ProductSort => {
  const given = sort ?? (q === undefined ? '-createdAt' : 'name');
  const by = sortFields.find((field) => given.endsWith(field)) ?? 'createdAt';
  return { by, descending: given.startsWith('-') };
};

/** What rows a query has and in which order; the length of a page may change from page to page. */
const rowsOf = (query: ListProductsQuery): readonly unknown[] => {
  const { tag, minPrice, maxPrice, inStock, q } = query;
  return [sortOf(query), q === undefined ? [] : searchWords(q), tag, minPrice, maxPrice, inStock];
};
const tagOf = (query: ListProductsQuery): string => cursorTag(rowsOf(query));

const positionOf = (query: ListProductsQuery, cursor: string): ProductPosition => {
  const { by } = sortOf(query);
  const [value = '', id = ''] = decodeCursor(cursor, tagOf(query), [by === 'name' ? 'string' : 'number', 'string']);
  return { value: by === 'createdAt' ? new Date(Number(value)) : value, id: String(id) };
};

/**
 * What the store is asked for.
 * @throws AppError VALIDATION_FAILED when the cursor is not one of this query.
 */
export const listQuery = (query: ListProductsQuery): ProductListQuery => ({
  words: query.q === undefined ? [] : searchWords(query.q),
  tag: query.tag,
  minPrice: query.minPrice,
  maxPrice: query.maxPrice,
  inStock: query.inStock,
  sort: sortOf(query),
  after: query.cursor === undefined ? undefined : positionOf(query, query.cursor),
  limit: query.limit,
});

/** What tells one page of the catalogue from every other. */
export const pageKey = (query: ListProductsQuery): unknown => [rowsOf(query), query.limit, query.cursor];

/** The cursor behind the last product of a page. */
export const nextCursor = (query: ListProductsQuery, page: readonly FoundProduct[]): string | null => {
  const last = page.at(-1);
  if (!last) return null;
  const values = { name: last.nameKey, price: last.price, stock: last.stock, createdAt: last.createdAt.getTime() };
  return encodeCursor(tagOf(query), [values[sortOf(query).by], last._id]);
};
