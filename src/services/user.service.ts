import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountChange } from '../models/account-change.model.js';
import type { AccountStore, AccountWrite } from '../models/account-store.js';
import { sessionVersionOf, type UserRecord } from '../models/user.model.js';
import type { AccountView, PatchUserBody, UsersQuery } from '../schemas/people.js';
import { AppError } from '../utils/errors.js';
import { nameKeyOf } from '../utils/terms.js';
import { userChanged } from './account-events.js';
import { inForceMs } from './account-watch.service.js';
import { adminActionOf, type AdminContext } from './admin-log.service.js';
import { accountViewOf } from './user-view.js';

/** What user management needs from others; `UserStore`, `AccountStore` and `TokenService` have it. */
export interface UserDependencies {
  users: { byId: (id: string) => Promise<UserRecord | null> };
  accounts: Pick<AccountStore, 'list' | 'change'>;
  tokens: { refuse: (changes: readonly AccountChange[]) => void };
  /** Waits until no process believes what it knew before this call. */
  inForce?: () => Promise<void>;
}

/** A timer may fire a moment early, and early is what this one must not be. */
const untilInForce = async (): Promise<void> => {
  const endMs = performance.now() + inForceMs;
  for (let restMs = inForceMs; restMs > 0; restMs = endMs - performance.now()) await sleep(Math.ceil(restMs));
};

const isActingAdmin = ({ role, disabled }: Pick<UserRecord, 'role' | 'disabled'>): boolean =>
  role === 'admin' && !disabled;

const shownOf = ({ role, disabled }: Pick<UserRecord, 'role' | 'disabled'>) => ({ role, disabled });

/**
 * What a patch comes to for an account; null when it has all of it already.
 * @throws AppError USER_STATE when an admin would lose their own rights, or the installation its last admin
 */
const decide = (
  before: UserRecord,
  patch: PatchUserBody,
  otherAdmins: number,
  { actor, requestId }: AdminContext,
): AccountWrite | null => {
  const after = { role: patch.role ?? before.role, disabled: patch.disabled ?? before.disabled };
  if (after.role === before.role && after.disabled === before.disabled) return null;
  if (isActingAdmin(before) && !isActingAdmin(after)) {
    if (before._id === actor.id) throw new AppError('USER_STATE', { details: { reason: 'own account' } });
    if (otherAdmins === 0) throw new AppError('USER_STATE', { details: { reason: 'last admin' } });
  }
  const action = { action: 'user.changed', target: before._id, before: shownOf(before), after } as const;
  return {
    change: after,
    endsSessions: after.disabled,
    event: userChanged,
    action: adminActionOf({ actor, requestId }, action),
  };
};

/** User management, for admins. */
export const createUserService = (dependencies: UserDependencies) => {
  const { users, accounts, tokens, inForce = untilInForce } = dependencies;
  return {
    /** Newest first, below `beforeId`. */
    list: async (
      { q, role, disabled }: Pick<UsersQuery, 'q' | 'role' | 'disabled'>,
      page: { beforeId: string | undefined; limit: number },
    ): Promise<AccountView[]> => {
      const beginning = q === undefined ? undefined : { email: q.toLowerCase(), nameKey: nameKeyOf(q) };
      return (await accounts.list({ beginning, role, disabled, ...page })).map(accountViewOf);
    },

    /** @throws AppError NOT_FOUND */
    get: async (id: string): Promise<AccountView> => {
      const found = await users.byId(id);
      if (found === null) throw new AppError('NOT_FOUND');
      return accountViewOf(found);
    },

    /**
     * Changes role or life of an account. When this resolves, no process of the product service accepts a token from before.
     * A patch that changes nothing waits as well: it may be the repeat of one whose answer got lost.
     * @throws AppError NOT_FOUND, USER_STATE, UNAVAILABLE
     */
    change: async (context: AdminContext, id: string, patch: PatchUserBody): Promise<AccountView> => {
      const written = await accounts.change(id, (before, otherAdmins) => decide(before, patch, otherAdmins, context));
      if (written === null) throw new AppError('NOT_FOUND');
      const { after } = written;
      tokens.refuse([{ kind: 'user', id, version: sessionVersionOf(after) }]);
      await inForce();
      return accountViewOf(after);
    },
  };
};

export type UserService = ReturnType<typeof createUserService>;
