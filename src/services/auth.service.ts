import type { AccountWrite } from '../models/account-store.js';
import type { OutboxJob } from '../models/outbox.model.js';
import type { NewUser, UserChange, UserCredentials, UserRecord } from '../models/user.model.js';
import type { MailJob } from '../schemas/job.js';
import type { LoginBody, RegisterBody, SignedIn, UserView } from '../schemas/people.js';
import type { Caller } from '../utils/caller.js';
import { AppError } from '../utils/errors.js';
import { newId } from '../utils/uuid.js';
import { userChanged } from './account-events.js';
import { userViewOf } from './user-view.js';

/** What sign-in needs from others; `UserStore`, `AccountStore`, `PasswordService` and `SessionService` have it. */
export interface AuthDeps {
  users: {
    add: (user: NewUser, jobs?: readonly OutboxJob[]) => Promise<UserRecord | undefined>;
    byId: (id: string) => Promise<UserRecord | null>;
    credentialsByEmail: (email: string) => Promise<UserCredentials | null>;
  };
  accounts: { change: (id: string, decide: () => AccountWrite) => Promise<unknown> };
  passwords: {
    hash: (password: string) => Promise<string>;
    matches: (password: string, passwordHash: string | undefined) => Promise<boolean>;
  };
  sessions: { start: (user: UserRecord) => Promise<SignedIn> };
}

export interface AdminAccount {
  email: string;
  password: string;
}

const welcomeMail = (userId: string): OutboxJob => {
  const { name, data }: MailJob = { name: 'welcome', data: { userId } };
  return { queue: 'mail-queue', name, id: newId(), data };
};

/** Accounts and sign-in. */
export const createAuthService = ({ users, accounts, passwords, sessions }: AuthDeps) => {
  const newUser = async ({ email, name, password }: RegisterBody, role: Caller['role']): Promise<NewUser> => ({
    _id: newId(),
    email,
    name,
    role,
    passwordHash: await passwords.hash(password),
  });

  /** What has to change for the account to be the admin that the operator asked for. */
  const adminChange = async (found: UserCredentials, password: string): Promise<UserChange> => ({
    ...(found.role === 'admin' ? {} : { role: 'admin' }),
    ...(found.disabled ? { disabled: false } : {}),
    ...((await passwords.matches(password, found.passwordHash))
      ? {}
      : { passwordHash: await passwords.hash(password) }),
  });

  return {
    /**
     * Makes an account with the role user; a welcome mail follows in the background.
     * @throws AppError DUPLICATE_EMAIL, UNAVAILABLE (too many hashes waiting).
     */
    register: async (input: RegisterBody): Promise<UserView> => {
      const user = await newUser(input, 'user');
      const made = await users.add(user, [welcomeMail(user._id)]);
      if (made === undefined) throw new AppError('DUPLICATE_EMAIL');
      return userViewOf(made);
    },

    /**
     * Exchanges address and password for a session. An unknown address, a wrong password and a disabled account
     * get the same answer after the same work, so that nobody learns here who has an account.
     * @throws AppError INVALID_CREDENTIALS, UNAVAILABLE (too many hashes waiting).
     */
    login: async ({ email, password }: LoginBody): Promise<SignedIn> => {
      const found = await users.credentialsByEmail(email);
      const matches = await passwords.matches(password, found?.passwordHash);
      if (found === null || !matches || found.disabled) throw new AppError('INVALID_CREDENTIALS');
      return sessions.start(found);
    },

    /**
     * The caller's own account, as it is now.
     * @throws AppError UNAUTHENTICATED when it is gone or disabled, whatever the token says.
     */
    me: async ({ id }: Caller): Promise<UserView> => {
      const found = await users.byId(id);
      if (found === null || found.disabled) throw new AppError('UNAUTHENTICATED');
      return userViewOf(found);
    },

    /**
     * Sees to it that the operator can sign in as admin with this address and password: makes the account, or gives
     * an existing one the role, the password and its life back. May run any number of times, in several processes at
     * once; where nothing has to change, nothing is written.
     * @returns the account's id
     */
    ensureAdmin: async ({ email, password }: AdminAccount): Promise<string> => {
      const found = await users.credentialsByEmail(email);
      const made =
        found === null ? await users.add(await newUser({ email, password, name: 'Admin' }, 'admin')) : undefined;
      if (made !== undefined) return made._id;
      // Either it was there, or somebody else has just made it.
      const account = found ?? (await users.credentialsByEmail(email));
      if (account === null) throw new Error(`The account of ${email} was removed while it was made an admin.`);
      const change = await adminChange(account, password);
      if (Object.keys(change).length > 0) {
        // Who knew the old password is not to go on with what he got by it.
        const endsSessions = change.passwordHash !== undefined;
        await accounts.change(account._id, () => ({ change, endsSessions, event: userChanged }));
      }
      return account._id;
    },
  };
};

export type AuthService = ReturnType<typeof createAuthService>;
