import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { carryHeaders } from '../utils/carried-headers.js';
import type { HttpLocals } from '../utils/http-locals.js';

/** What may stand in a header, a log line and a URL as it is. */
const SANE = /^[A-Za-z0-9._~-]{1,128}$/;

/**
 * Gives the request an id, the caller's own `X-Request-Id` if it is sane, and sends it back. A random UUID is enough
 * here and ten times cheaper than an ordered one: nothing is indexed by it.
 */
export const createRequestId = (): RequestHandler => (req, res, next) => {
  const given = req.headers['x-request-id'];
  const id = typeof given === 'string' && SANE.test(given) ? given : randomUUID();
  (res.locals as HttpLocals).requestId = id;
  carryHeaders(res, { flat: ['X-Request-Id', id], text: `X-Request-Id: ${id}\r\n` });
  next();
};
