import type { Request } from 'express';
import { asksPastCache } from './cache-control.js';

/** What only the database itself can answer, see `ListProductsQuery`. */
const isUncachedQuery = ({ inStock, sort }: Record<string, unknown>): boolean =>
  inStock !== undefined || [sort].flat().some((by) => by === 'stock' || by === '-stock');

/** The same for a query in which every character stands for itself. */
const UNCACHED = /[?&](?:inStock(?:[=&]|$)|sort=-?stock(?:&|$))/;

/**
 * Whether a GET that could be answered from the cache goes past it: because it asks to, or asks for what is not kept there. For those who
 * have to know before the query is checked.
 */
export const goesPastCache = (req: Request): boolean => {
  if (asksPastCache(req)) return true;
  const start = req.url.indexOf('?');
  if (start < 0) return false;
  return /[%#+]/.test(req.url) ? isUncachedQuery(req.query) : UNCACHED.test(req.url);
};
