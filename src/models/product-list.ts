import type { mongo } from 'mongoose';
import { exactBands, stockBand } from '../utils/stock-band.js';
import type { ProductDocument, ProductIndexName } from './product.model.js';

/** What a list is sorted by, and whether the greatest comes first; ties go by id, the same way round. */
export interface ProductSort {
  by: 'name' | 'price' | 'stock' | 'createdAt';
  descending: boolean;
}

/** Where a page begins: behind the product with this value of the sort field and this id. */
export interface ProductPosition {
  value: string | number | Date;
  id: string;
}

export interface ProductListQuery {
  /** Folded beginnings of words, all of which must be found. */
  words: readonly string[];
  tag: string | undefined;
  minPrice: number | undefined;
  maxPrice: number | undefined;
  inStock: boolean | undefined;
  sort: ProductSort;
  after: ProductPosition | undefined;
  limit: number;
}

type Filter = mongo.Filter<ProductDocument>;

/** How a list is asked of MongoDB. */
export interface ProductListPlan {
  filter: Filter;
  sort: Record<string, 1 | -1>;
  /** The one index that serves the whole query in order; undefined where the server weighs several. */
  hint: ProductIndexName | undefined;
}

const sortPaths = { name: 'nameKey', price: 'price', stock: 'stockBand', createdAt: 'createdAt' } as const;
const plainIndex = { name: 'byName', price: 'byPrice', stock: 'byStock', createdAt: 'byCreatedAt' } as const;
const tagIndex = { name: 'tagName', price: 'tagPrice', stock: 'tagStock', createdAt: 'tagCreatedAt' } as const;

const rowFilters = ({ words, tag, minPrice, maxPrice, inStock }: ProductListQuery): Filter[] => {
  const filters: Filter[] = [];
  if (words.length > 0) filters.push({ terms: { $all: [...words] } });
  if (tag !== undefined) filters.push({ tags: tag });
  if (minPrice !== undefined) filters.push({ price: { $gte: minPrice } });
  if (maxPrice !== undefined) filters.push({ price: { $lte: maxPrice } });
  // Band 0 is stock 0 and nothing else.
  if (inStock !== undefined) filters.push({ stockBand: inStock ? { $gt: 0 } : 0 });
  return filters;
};

/** The index that has the rows of a query in its order, where the filters leave just one. */
const servingIndex = (query: ProductListQuery): ProductIndexName | undefined => {
  const { words, tag, minPrice, maxPrice, inStock, sort } = query;
  const pricesApart = (minPrice !== undefined || maxPrice !== undefined) && sort.by !== 'price';
  const stockApart = inStock !== undefined && sort.by !== 'stock';
  if (pricesApart || stockApart || (words.length > 0 && tag !== undefined)) return undefined;
  if (words.length > 0) return 'search';
  return tag === undefined ? plainIndex[sort.by] : tagIndex[sort.by];
};

/**
 * Behind a position. With one serving index, two ranges of it, which the server merges in order: it begins exactly there,
 * however many rows share the value. Where it has a choice of indexes, one range and a `$nor`, because each `$or`
 * would double the plans that it has to try.
 */
const behind = (path: string, { value, id }: ProductPosition, descending: boolean, exact: boolean): Filter => {
  const [beyond, from, upTo] = descending ? (['$lt', '$lte', '$gte'] as const) : (['$gt', '$gte', '$lte'] as const);
  if (exact) return { $or: [{ [path]: value, _id: { [beyond]: id } }, { [path]: { [beyond]: value } }] };
  return { [path]: { [from]: value }, $nor: [{ [path]: value, _id: { [upTo]: id } }] };
};

/** The plan of a list in the order of an index. For `stock` that is the order of the bands. */
export const productListPlan = (query: ProductListQuery): ProductListPlan => {
  const { sort, after } = query;
  const path = sortPaths[sort.by];
  const hint = servingIndex(query);
  const conditions = rowFilters(query);
  if (after !== undefined) {
    if (sort.by === 'stock') conditions.push(behindStock(after, sort.descending, hint !== undefined));
    else conditions.push(behind(path, after, sort.descending, hint !== undefined));
  }
  const direction = sort.descending ? -1 : 1;
  const filter: Filter = conditions.length === 0 ? { deleted: false } : { deleted: false, $and: conditions };
  return { filter, sort: { [path]: direction, _id: direction }, hint };
};

/** In the exact bands, order by band is order by stock; above them the band only bounds what has to be looked through. */
const behindStock = ({ value, id }: ProductPosition, descending: boolean, exact: boolean): Filter => {
  const stock = Number(value);
  const band = stockBand(stock);
  if (band < exactBands) return behind('stockBand', { value: band, id }, descending, exact);
  const [from, short, upTo] = descending ? (['$lte', '$gt', '$gte'] as const) : (['$gte', '$lt', '$lte'] as const);
  return { stockBand: { [from]: band }, $nor: [{ stock: { [short]: stock } }, { stock, _id: { [upTo]: id } }] };
};

/**
 * The second look of a list by stock, for a page that reaches into bands of several numbers: all rows up to the last band
 * of the first look, sorted by the stock itself. What is sorted in memory is bounded by the bands that the page touches.
 * Null when the first look was in order already.
 */
export const stockOrderPlan = (
  query: ProductListQuery,
  plan: ProductListPlan,
  found: readonly Pick<ProductDocument, 'stockBand'>[],
): ProductListPlan | null => {
  const { descending } = query.sort;
  if (query.sort.by !== 'stock' || found.every(({ stockBand: band }) => band < exactBands)) return null;
  const direction = descending ? -1 : 1;
  const last = found.at(-1)?.stockBand ?? 0;
  return {
    filter: { $and: [plan.filter, { stockBand: { [descending ? '$gte' : '$lte']: last } }] },
    sort: { stock: direction, _id: direction },
    hint: plan.hint,
  };
};
