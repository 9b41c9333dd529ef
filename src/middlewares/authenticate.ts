import type { RequestHandler } from 'express';
import type { Caller } from '../utils/caller.js';
import { AppError } from '../utils/errors.js';
import type { HttpLocals } from '../utils/http-locals.js';

export interface AuthenticateDeps {
  tokens: { verify: (token: string) => Caller };
}

/** `Bearer` and a blank; schemes know no case (RFC 9110 §11.1). */
const SCHEME = 'bearer ';

/**
 * Asks for an access token as `Authorization: Bearer <token>` (RFC 6750 §2.1; neither in the query nor in the body,
 * which end up in logs) and leaves the caller on `res.locals`, where `callerOf` finds them.
 * @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED.
 */
export const createAuthenticate =
  ({ tokens }: AuthenticateDeps): RequestHandler =>
  (req, res, next) => {
    const header = req.headers.authorization;
    if (header?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) throw new AppError('UNAUTHENTICATED');
    (res.locals as HttpLocals).caller = tokens.verify(header.slice(SCHEME.length).trimStart());
    next();
  };
