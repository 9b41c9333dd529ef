import type { Request, RequestHandler } from 'express';
import type { LoginBody } from '../schemas/people.js';
import type { LoginAttempt, LoginLimits } from '../services/rate-limit/login-limits.service.js';
import { addressKey } from '../utils/client-address.js';
import { inputOf } from '../utils/http-locals.js';
import { quotaFields, rateLimited } from './rate-limit.js';

export interface LoginLimitDeps {
  limits: LoginLimits;
  addressOf: (req: Request) => string | undefined;
  metrics: { refused: (policy: LoginAttempt['policy']) => void };
}

/**
 * In front of sign-in, behind the check of its body: refuses attempts for an account, or from an address, where too many have failed.
 * What is answered otherwise than with 401 has not failed; whoever leaves before there is an answer has.
 * @throws AppError RATE_LIMITED
 */
export const createLoginLimit =
  ({ limits, addressOf, metrics }: LoginLimitDeps): RequestHandler =>
  async (req, res, next) => {
    const { body } = inputOf<{ body: LoginBody }>(res);
    const attempt = await limits.begin(body.email, addressKey(addressOf(req)));
    if (!attempt.accepted) {
      metrics.refused(attempt.policy);
      const { policy, left } = quotaFields(attempt.policy, attempt.limit);
      throw rateLimited(attempt, { 'RateLimit-Policy': policy, RateLimit: left(attempt) });
    }
    res.once('close', () => attempt.end(!res.headersSent || res.statusCode === 401));
    next();
  };
