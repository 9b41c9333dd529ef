import type { RequestHandler } from 'express';
import type { Role } from '../utils/caller.js';
import { AppError } from '../utils/errors.js';
import { callerOf } from '../utils/http-locals.js';

/**
 * Lets through the callers that have one of the roles; stands behind `authenticate`. No role contains another: a route
 * names all that it is for.
 * @throws AppError FORBIDDEN, UNAUTHENTICATED (when nobody has signed in).
 */
export const authorize =
  (...allowed: readonly [Role, ...Role[]]): RequestHandler =>
  (_req, res, next) => {
    if (!allowed.includes(callerOf(res).role)) throw new AppError('FORBIDDEN');
    next();
  };
