import type { RequestHandler } from 'express';
import { createLoginLimit } from '../middlewares/login-limit.js';
import { createOpenLimit } from '../middlewares/open-limit.js';
import { createRateLimit, type CountOf } from '../middlewares/rate-limit.js';
import { deploymentName } from '../models/deployment.model.js';
import type { RateClass } from '../schemas/rate-class.js';
import { createLimiter, type LimiterDeps } from '../services/rate-limit/limiter.js';
import { createLinkHealth } from '../services/rate-limit/link-health.js';
import { createLoginLimits } from '../services/rate-limit/login-limits.service.js';
import { createSharedPoints, type SharedPoints } from '../services/rate-limit/shared-points.js';
import { createRateLimitMetrics } from '../services/rate-limit-metrics.service.js';
import { createAddressOf } from '../utils/client-address.js';
import type { Ground } from './ground.js';
import type { Models } from './models.js';

/** A read past the cache costs the database what many reads cost us. */
const uncachedShare = 1 / 4;
/** Streams that one address may have: a tenth of what a process has for all. */
const streamsOfAddressMax = 200;

export interface Limits {
  /** Counts the requests of routes; undefined where nothing is counted. */
  countOf: CountOf | undefined;
  /** What stands in front of sign-in. */
  ofLogin: readonly RequestHandler[];
  /** What stands in front of answers without an end. */
  ofStreams: readonly RequestHandler[];
}

type Sharing = ((name: string) => SharedPoints) | undefined;

const createLimiters = (perMinute: number, sharedPoints: Sharing, metrics: LimiterDeps['metrics']) => {
  const limiterOf = (policy: RateClass, limit: number) =>
    createLimiter({ limit, shared: sharedPoints?.(policy), metrics });
  return {
    read: limiterOf('read', perMinute),
    uncached: limiterOf('uncached', Math.max(1, Math.floor(perMinute * uncachedShare))),
    write: limiterOf('write', perMinute),
    purchase: limiterOf('purchase', perMinute),
    login: limiterOf('login', perMinute),
  };
};

/** Limits as the settings ask for them, shared by all processes on the same database where there is Redis. */
export const wireLimits = async (ground: Ground, models: Pick<Models, 'deployment'>): Promise<Limits> => {
  const { env, limitsRedis } = ground;
  const metrics = createRateLimitMetrics(ground.metrics.registry);
  const now = () => performance.now();
  const sharedPoints: Sharing =
    limitsRedis &&
    createSharedPoints({
      client: limitsRedis.client,
      // One hash tag: in a Redis Cluster all of it is on one node.
      prefix: `{${await deploymentName(models.deployment)}}:limits`,
      health: createLinkHealth({ restart: limitsRedis.restart, now, metrics }),
    });
  const addressOf = createAddressOf(env.TRUST_PROXY_HOPS);
  const perMinute = env.RATE_LIMIT_PER_MINUTE;
  const loginPerMinute = env.LOGIN_LIMIT_PER_MINUTE;
  const limiters = perMinute === 0 ? undefined : createLimiters(perMinute, sharedPoints, metrics);
  const limits = createLoginLimits({ perMinute: loginPerMinute, sharedPoints, metrics });
  return {
    countOf: limiters && createRateLimit({ limiters, addressOf, metrics }),
    ofStreams: perMinute === 0 ? [] : [createOpenLimit({ max: streamsOfAddressMax, addressOf, metrics })],
    ofLogin: loginPerMinute === 0 ? [] : [createLoginLimit({ limits, addressOf, metrics })],
  };
};
