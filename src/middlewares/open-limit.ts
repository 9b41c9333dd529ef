import type { Request, RequestHandler } from 'express';
import { addressKey } from '../utils/client-address.js';
import { rateLimited } from './rate-limit.js';

export interface OpenLimitDeps {
  /** Answers that one address may have open at a time. */
  max: number;
  addressOf: (req: Request) => string | undefined;
  metrics: { refused: (policy: 'open') => void };
}

/** When one ends is not known. */
const retrySeconds = 5;

/**
 * In front of answers that have no end, such as the event stream: a caller makes few requests for them, and could keep them all.
 * @throws AppError RATE_LIMITED
 */
export const createOpenLimit = ({ max, addressOf, metrics }: OpenLimitDeps): RequestHandler => {
  const open = new Map<string, number>();
  return (req, res, next) => {
    const key = addressKey(addressOf(req));
    const count = open.get(key) ?? 0;
    if (count >= max) {
      metrics.refused('open');
      throw rateLimited({ resetSeconds: retrySeconds });
    }
    open.set(key, count + 1);
    res.once('close', () => {
      const left = (open.get(key) ?? 0) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    });
    next();
  };
};
