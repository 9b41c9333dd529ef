import cors from 'cors';
import type { RequestHandler } from 'express';
import { carryHeaders, headerBlock } from '../utils/carried-headers.js';

/** What a script of another origin may read beside the body. */
const EXPOSED = [
  'ETag',
  'Location',
  'Retry-After',
  'Idempotency-Key',
  'Idempotent-Replayed',
  'X-Cache',
  'X-Request-Id',
  'RateLimit',
  'RateLimit-Policy',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
];

/**
 * Lets pages of the listed origins (`https://shop.example`, or `*` for all) read the answers. Without a list nobody
 * else's page may, and nothing is done. A request without `Origin` is not a browser's cross-origin one, so it only
 * learns that the answer would vary.
 */
export const createCors = (origins: readonly string[]): RequestHandler => {
  if (origins.length === 0) return (_req, _res, next) => next();
  const any = origins.includes('*');
  const vary = headerBlock(['Vary', 'Origin']);
  const handle = cors({ origin: any ? '*' : [...origins], exposedHeaders: EXPOSED, maxAge: 600 });
  return (req, res, next) => {
    const isPlainOptions = req.method === 'OPTIONS' && req.headers['access-control-request-method'] === undefined;
    if (req.headers.origin !== undefined && !isPlainOptions) {
      handle(req, res, next);
      return;
    }
    if (!any) carryHeaders(res, vary);
    next();
  };
};
