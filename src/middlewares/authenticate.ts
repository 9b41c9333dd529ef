import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { bearerOf } from '../utils/bearer.js';
import type { Caller } from '../utils/caller.js';
import { AppError } from '../utils/errors.js';
import { setCaller } from '../utils/http-locals.js';

export interface AuthenticateDeps {
  tokens: { verify: (token: string) => Caller };
  /** What this process knows of accounts and sessions that have changed. */
  accounts: {
    /** Whether that is enough for a request that comes now. */
    isFresh: () => boolean;
    /** Makes it so. @throws AppError UNAVAILABLE */
    renew: () => Promise<void>;
  };
}

/**
 * Asks for an access token as `Authorization: Bearer <token>` (RFC 6750 §2.1; neither in the query nor in the body,
 * which end up in logs) and leaves the caller on `res.locals`, where `callerOf` finds them. A token is looked at twice where
 * this process has not heard of account changes for a moment: a bad one costs no look at the database.
 * @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED, UNAVAILABLE (nobody can say whether the account is still what it was).
 */
export const createAuthenticate = ({ tokens, accounts }: AuthenticateDeps): RequestHandler => {
  const renewed = async (token: string, res: Response): Promise<void> => {
    await accounts.renew();
    setCaller(res, tokens.verify(token));
  };
  return (req: Request, res: Response, next: NextFunction): void => {
    const token = bearerOf(req);
    if (token === undefined) throw new AppError('UNAUTHENTICATED');
    const caller = tokens.verify(token);
    if (!accounts.isFresh()) {
      renewed(token, res).then(() => next(), next);
      return;
    }
    setCaller(res, caller);
    next();
  };
};

/**
 * For what is open to all: who sends no token passes, and a token that is sent has to be good. So another service that passes its caller's
 * token on, as the order service does, learns here that the account is disabled. While the database is away, and no account can
 * be disabled, whoever sends a good token is served as anybody is.
 */
export const whereSent =
  (authenticate: RequestHandler): RequestHandler =>
  (req, res, next) => {
    if (req.headers.authorization === undefined) {
      next();
      return;
    }
    void authenticate(req, res, (error?: unknown) => {
      next(error instanceof AppError && error.code === 'UNAVAILABLE' ? undefined : error);
    });
  };
