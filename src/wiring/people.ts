import { createAdminLogController } from '../controllers/admin-log.controller.js';
import { createAuthController } from '../controllers/auth.controller.js';
import { createUserController } from '../controllers/user.controller.js';
import { createAccountStore } from '../models/account-store.js';
import { createAdminActionStore } from '../models/admin-action.model.js';
import { createSessionStore } from '../models/session.model.js';
import { createUserStore } from '../models/user.model.js';
import { createAuthRoutes } from '../routes/auth.routes.js';
import { createUserRoutes } from '../routes/user.routes.js';
import { createAdminLog } from '../services/admin-log.service.js';
import { createAuthService } from '../services/auth.service.js';
import { createPasswordService } from '../services/password.service.js';
import { createSessionEnd } from '../services/session-end.service.js';
import { createSessionMetrics } from '../services/session-metrics.service.js';
import { createSessionService } from '../services/session.service.js';
import { createUserNames } from '../services/user-names.js';
import { createUserService } from '../services/user.service.js';
import type { Ground } from './ground.js';
import type { Limits } from './limits.js';
import type { Models } from './models.js';
import { wireSessions } from './sessions.js';

/** Accounts, sign-in, user management and the audit log. @returns what the other capabilities need of them, and the routes */
export const wirePeople = async (ground: Ground, models: Models, limits: Limits) => {
  const { connection, secrets } = ground;
  const { changes, tokens, guard } = await wireSessions(ground, limits);
  const users = createUserStore(models);
  const sessionStore = createSessionStore(connection);
  const actions = createAdminActionStore(connection);
  const accounts = createAccountStore(connection, { changes, sessions: sessionStore, actions });
  const ends = createSessionEnd({ store: accounts, tokens });
  const metrics = createSessionMetrics(ground.metrics.registry);
  const sessions = createSessionService({ users, sessions: sessionStore, ends, tokens, metrics });
  const auth = createAuthService({ users, accounts, passwords: createPasswordService(), sessions });
  const adminId = secrets.admin === undefined ? undefined : await auth.ensureAdmin(secrets.admin);
  const log = createAdminLog({ actions });
  return {
    adminId,
    names: createUserNames({ users }),
    log,
    guard,
    routes: [
      createAuthRoutes({ controller: createAuthController({ auth, sessions }), guard, limitLogin: limits.ofLogin }),
      createUserRoutes({
        users: createUserController({ users: createUserService({ users, accounts, tokens }) }),
        log: createAdminLogController({ log }),
        guard,
      }),
    ],
  };
};

export type People = Awaited<ReturnType<typeof wirePeople>>;
