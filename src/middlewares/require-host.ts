import type { RequestHandler } from 'express';
import { validationFailed } from '../utils/errors.js';

/**
 * HTTP/1.1 asks for a `Host` (RFC 9112 section 3.2). Node would refuse its absence with an empty body, so the server leaves it to us.
 * @throws AppError VALIDATION_FAILED
 */
export const createRequireHost = (): RequestHandler => (req, _res, next) => {
  if (req.headers.host === undefined && req.httpVersion === '1.1') {
    throw validationFailed([{ path: 'Host', message: 'is missing' }]);
  }
  next();
};
