import type { NewUser, UserChange, UserCredentials, UserRecord } from '../models/user.model.js';
import type { LoginBody, RegisterBody, SignedIn, UserView } from '../schemas/people.js';
import type { Caller } from '../utils/caller.js';
import { AppError } from '../utils/errors.js';
import { newId } from '../utils/uuid.js';

/** What sign-in needs from others; `UserStore`, `PasswordService` and `TokenService` have it. */
export interface AuthDeps {
  users: {
    add: (user: NewUser) => Promise<UserRecord | undefined>;
    byId: (id: string) => Promise<UserRecord | null>;
    credentialsByEmail: (email: string) => Promise<UserCredentials | null>;
    change: (id: string, change: UserChange) => Promise<void>;
  };
  passwords: {
    hash: (password: string) => Promise<string>;
    matches: (password: string, passwordHash: string | undefined) => Promise<boolean>;
  };
  tokens: { issue: (caller: Caller) => { accessToken: string; expiresIn: number } };
}

export interface AdminAccount {
  email: string;
  password: string;
}

/** Names every field that is shown, so that a new one of the document stays inside until somebody lets it out. */
const viewOf = ({ _id, email, name, role, createdAt }: UserRecord): UserView => ({
  id: _id,
  email,
  name,
  role,
  createdAt: createdAt.toISOString(),
});

/** Accounts and sign-in. */
export const createAuthService = ({ users, passwords, tokens }: AuthDeps) => {
  const add = async ({ email, name, password }: RegisterBody, role: Caller['role']): Promise<UserRecord | undefined> =>
    users.add({ _id: newId(), email, name, role, passwordHash: await passwords.hash(password) });

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
     * Makes an account with the role user.
     * @throws AppError DUPLICATE_EMAIL, UNAVAILABLE (too many hashes waiting).
     */
    register: async (input: RegisterBody): Promise<UserView> => {
      const made = await add(input, 'user');
      if (made === undefined) throw new AppError('DUPLICATE_EMAIL');
      return viewOf(made);
    },

    /**
     * Exchanges address and password for an access token. An unknown address, a wrong password and a disabled account
     * get the same answer after the same work, so that nobody learns here who has an account.
     * @throws AppError INVALID_CREDENTIALS, UNAVAILABLE (too many hashes waiting).
     */
    login: async ({ email, password }: LoginBody): Promise<SignedIn> => {
      const found = await users.credentialsByEmail(email);
      const matches = await passwords.matches(password, found?.passwordHash);
      if (found === null || !matches || found.disabled) throw new AppError('INVALID_CREDENTIALS');
      return { ...tokens.issue({ id: found._id, role: found.role }), user: viewOf(found) };
    },

    /**
     * The caller's own account, as it is now.
     * @throws AppError UNAUTHENTICATED when it is gone or disabled, whatever the token says.
     */
    me: async ({ id }: Caller): Promise<UserView> => {
      const found = await users.byId(id);
      if (found === null || found.disabled) throw new AppError('UNAUTHENTICATED');
      return viewOf(found);
    },

    /**
     * Sees to it that the operator can sign in as admin with this address and password: makes the account, or gives
     * an existing one the role, the password and its life back. May run any number of times, in several processes at
     * once; where nothing has to change, nothing is written.
     * @returns the account's id
     */
    ensureAdmin: async ({ email, password }: AdminAccount): Promise<string> => {
      const found = await users.credentialsByEmail(email);
      const made = found === null ? await add({ email, password, name: 'Admin' }, 'admin') : undefined;
      if (made !== undefined) return made._id;
      // Either it was there, or somebody else has just made it.
      const account = found ?? (await users.credentialsByEmail(email));
      if (account === null) throw new Error(`The account of ${email} was removed while it was made an admin.`);
      const change = await adminChange(account, password);
      if (Object.keys(change).length > 0) await users.change(account._id, change);
      return account._id;
    },
  };
};

export type AuthService = ReturnType<typeof createAuthService>;
