import type { Response } from 'express';
import type { Caller } from './caller.js';
import { AppError } from './errors.js';

/** What middlewares leave on `res.locals` for those after them. */
export interface HttpLocals {
  requestId?: string;
  caller?: Caller;
  /** Set by `validate`: the parsed params, query and body. */
  input?: unknown;
}

const localsOf = (res: Response): HttpLocals => res.locals;

/**
 * The parsed input of a route that has a `validate(...)` in its chain, as in
 * `inputOf<{ params: IdParams; body: PurchaseInput }>(res)`.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the schemas stand in the route, so only the controller can name their type
export const inputOf = <T extends { params?: unknown; query?: unknown; body?: unknown }>(res: Response): T =>
  localsOf(res).input as T;

/**
 * Who is behind the request.
 * @throws AppError UNAUTHENTICATED when nobody has signed in.
 */
export const callerOf = (res: Response): Caller => {
  const { caller } = localsOf(res);
  if (caller === undefined) throw new AppError('UNAUTHENTICATED');
  return caller;
};

/** Notes who is behind the request, for `callerOf`. */
export const setCaller = (res: Response, caller: Caller): void => {
  localsOf(res).caller = caller;
};

/** The id of this request, the same as in its `X-Request-Id`; `unknown` before the middleware has run. */
export const requestIdOf = (res: Response): string => localsOf(res).requestId ?? 'unknown';
