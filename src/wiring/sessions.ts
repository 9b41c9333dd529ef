import { createAuthenticate } from '../middlewares/authenticate.js';
import { createGuard } from '../middlewares/guard.js';
import { changeKeptMs, createAccountChanges } from '../models/account-change.model.js';
import { createAccountWatch } from '../services/account-watch.service.js';
import { createAccountMetrics } from '../services/session-metrics.service.js';
import { createTokenService } from '../services/token.service.js';
import type { Ground } from './ground.js';
import type { Limits } from './limits.js';

/** How long an access token is good for; see docs/decisions/015-sessions.md. */
export const accessTtlSeconds = 900;

/** Access tokens, what ends them before their time, and the guards of routes. This process knows of all changes when it resolves. */
export const wireSessions = async (ground: Ground, limits: Limits) => {
  const { connection, env, secrets, logger, closers } = ground;
  // Every service keeps them in its own database.
  const changes = createAccountChanges(connection, { keptMs: changeKeptMs(accessTtlSeconds) });
  const tokens = createTokenService({ secret: secrets.jwtSecret, accessTtlSeconds });
  const metrics = createAccountMetrics(ground.metrics.registry);
  const accounts = createAccountWatch({ changes, tokens, metrics, logger });
  await accounts.start();
  closers.add('account watch', accounts.stop);
  const guard = createGuard({
    authenticate: createAuthenticate({ tokens, accounts }),
    countOf: limits.countOf,
    production: env.NODE_ENV === 'production',
  });
  return { changes, tokens, guard };
};

export type Sessions = Awaited<ReturnType<typeof wireSessions>>;
