import type { Connection } from 'mongoose';
import { userCollection, type UserDocument } from '../../src/models/user.model.js';
import { signedIn, type SignedIn } from '../../src/schemas/people.js';
import type { Role } from '../../src/utils/caller.js';
import { newId } from '../../src/utils/uuid.js';
import type { Answer, ApiClient } from './api-client.js';
import { operator } from './shop.js';

export const password = 'correct horse battery';

export interface Account extends SignedIn {
  email: string;
}

/** What tests do with accounts and sessions over HTTP. */
export const accountCalls = ({ api }: Pick<ApiClient, 'api'>, connection?: () => Connection) => {
  const login = (email: string, given = password) =>
    api('POST', '/auth/login', { body: { email, password: given } }) as Promise<Answer<SignedIn>>;

  const signIn = async (email: string, given?: string): Promise<Account> => {
    const answer = await login(email, given);
    if (answer.status !== 200) throw new Error(`nobody signed in: ${answer.text}`);
    return { ...signedIn.parse(answer.data), email };
  };

  const register = async (name = 'Ada', email = `${newId()}@example.com`): Promise<string> => {
    const answer = await api('POST', '/auth/register', { body: { email, password, name } });
    if (answer.status !== 201) throw new Error(`nobody was registered: ${answer.text}`);
    return email;
  };

  return {
    login,
    signIn,
    register,
    /** Somebody new, signed in. */
    newcomer: async (name?: string): Promise<Account> => signIn(await register(name)),
    /** Somebody new with that role, which the test writes into the database before they sign in. */
    ofRole: async (role: Role, name?: string): Promise<Account> => {
      const email = await register(name);
      await connection?.().collection<UserDocument>(userCollection).updateOne({ email }, { $set: { role } });
      return signIn(email);
    },
    operator: (): Promise<Account> => signIn(operator.email, operator.password),
    refresh: (refreshToken: string) =>
      api('POST', '/auth/refresh', { body: { refreshToken } }) as Promise<Answer<SignedIn>>,
    me: (token: string) => api('GET', '/auth/me', { token }),
    patch: (id: string, body: unknown, token: string) => api('PATCH', `/users/${id}`, { token, body }),
  };
};

export type AccountCalls = ReturnType<typeof accountCalls>;
