import type { Request, RequestHandler, Response } from 'express';
import type { RouteName } from '../schemas/access.js';
import { isCached, rateClassOf, type RateClass } from '../schemas/rate-class.js';
import type { Spent } from '../services/rate-limit/caller-window.js';
import type { Limiter } from '../services/rate-limit/limiter.js';
import { carryHeaders } from '../utils/carried-headers.js';
import { addressKey } from '../utils/client-address.js';
import { AppError } from '../utils/errors.js';
import type { HttpLocals } from '../utils/http-locals.js';
import { goesPastCache } from '../utils/past-cache.js';

export interface RateLimitDeps {
  limiters: Readonly<Record<RateClass, Pick<Limiter, 'limit' | 'spend'>>>;
  addressOf: (req: Request) => string | undefined;
  metrics: { refused: (policy: RateClass) => void };
}

/** Counts a request; `done` is called once, with a refusal or with nothing. */
export type Count = (req: Request, res: Response, done: (refusal?: AppError) => void) => void;

/** How the requests of a route are counted. */
export type CountOf = (route: RouteName) => Count;

/** Quotas as structured fields, by policy (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4). */
export const quotaFields = (policy: string, limit: number) => {
  const policyField = `"${policy}";q=${limit};w=60`;
  const start = `"${policy}";r=`;
  return {
    policy: policyField,
    left: ({ remaining, resetSeconds }: Pick<Spent, 'remaining' | 'resetSeconds'>): string =>
      `${start}${remaining};t=${resetSeconds}`,
  };
};

export const rateLimited = (
  { resetSeconds }: Pick<Spent, 'resetSeconds'>,
  headers: Readonly<Record<string, string>> = {},
): AppError => new AppError('RATE_LIMITED', { headers: { 'Retry-After': String(resetSeconds), ...headers } });

/** One kind of request: what is told of it, and what becomes of those that are too many. */
const createPolicy = (policy: RateClass, { limiters, metrics }: RateLimitDeps) => {
  const limiter = limiters[policy];
  const fields = quotaFields(policy, limiter.limit);
  const start = `RateLimit-Policy: ${fields.policy}\r\nRateLimit: `;

  const settle = (res: Response, spent: Spent, done: (refusal?: AppError) => void): void => {
    const left = fields.left(spent);
    const flat = ['RateLimit-Policy', fields.policy, 'RateLimit', left];
    carryHeaders(res, { flat, text: `${start}${left}\r\n` });
    if (spent.accepted) {
      done();
      return;
    }
    metrics.refused(policy);
    done(rateLimited(spent));
  };

  return (key: string, res: Response, done: (refusal?: AppError) => void): void => {
    const spent = limiter.spend(key);
    if (spent instanceof Promise) void spent.then((later) => settle(res, later, done));
    else settle(res, spent, done);
  };
};

/**
 * Counts requests by who makes them, the user whom `authenticate` has found, else the address, and by what kind they are of;
 * every answer says how many are left.
 */
export const createRateLimit = (deps: RateLimitDeps): CountOf => {
  const { addressOf } = deps;
  const policies: Record<RateClass, ReturnType<typeof createPolicy>> = {
    read: createPolicy('read', deps),
    uncached: createPolicy('uncached', deps),
    write: createPolicy('write', deps),
    purchase: createPolicy('purchase', deps),
    login: createPolicy('login', deps),
  };
  return (route) => {
    const usual = policies[rateClassOf(route)];
    const mayBeCached = isCached(route);
    return (req, res, done) => {
      const { caller } = res.locals as HttpLocals;
      const count = mayBeCached && goesPastCache(req) ? policies.uncached : usual;
      count(caller === undefined ? addressKey(addressOf(req)) : caller.id, res, done);
    };
  };
};

/** Our own fault: a caller who may well be signed in must not be counted as a stranger. */
const isOurs = (failure: unknown): boolean =>
  failure !== undefined && !(failure instanceof AppError && failure.status < 500);

/**
 * Sign-in and count in one. Whoever fails to sign in is counted by address, and when these are too many, hears that instead: tokens
 * cannot be tried out without an end.
 */
export const countedSignIn =
  (signIn: RequestHandler | undefined, count: Count): RequestHandler =>
  (req, res, next) => {
    if (signIn === undefined) {
      count(req, res, next);
      return;
    }
    let isCounted = false;
    const counted = (failure?: unknown): void => {
      if (isCounted || isOurs(failure)) {
        next(failure);
        return;
      }
      isCounted = true;
      count(req, res, (refusal) => next(refusal ?? failure));
    };
    try {
      const outcome: unknown = signIn(req, res, counted);
      if (outcome instanceof Promise) outcome.catch(counted);
    } catch (error) {
      counted(error);
    }
  };
