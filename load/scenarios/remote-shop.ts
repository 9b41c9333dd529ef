import { randomBytes } from 'node:crypto';
import type { Cleanup } from '../bench/cleanup.js';
import { newAccount } from './accounts.js';
import { createApi, type Api } from './api.js';
import type { FreshTokens } from './generator-spec.js';
import type { Account } from './journeys.js';
import type { Shop } from './shop.js';

export interface RemoteShopOptions {
  origin: string;
  /** A manager or an admin of the service. */
  keeper: Account;
  /** How many buyers are signed up; visitors take turns as them. */
  buyers: number;
  metricsToken?: string;
  cleanup: Cleanup;
}

const signingInMax = 5;

interface SignedIn {
  accessToken: string;
  expiresIn: number;
}

const signIn = async (api: Api, { email, password }: Account): Promise<SignedIn> =>
  (await api.call<SignedIn>('POST', '/auth/login', undefined, { email, password })).data;

/** Whether a host is this machine itself. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/**
 * A service that runs already, with buyers who are signed up for the run and signed in again before their tokens expire. One after the
 * other: the service's limits count them.
 */
export const openRemoteShop = async ({
  origin,
  keeper,
  buyers,
  metricsToken,
  cleanup,
}: RemoteShopOptions): Promise<Shop> => {
  const api = createApi(origin);
  const run = randomBytes(4).toString('hex');
  const accounts = Array.from({ length: buyers }, (_, number) => newAccount(run, number));
  const first = await signIn(api, keeper);
  let keeperToken = first.accessToken;
  const tokens: string[] = [];
  for (const account of accounts) {
    await api.call('POST', '/auth/register', undefined, { ...account, name: 'Somebody under load' });
    tokens.push((await signIn(api, account)).accessToken);
  }
  const listeners: ((fresh: FreshTokens) => void)[] = [];
  const renew = async (): Promise<void> => {
    keeperToken = (await signIn(api, keeper)).accessToken;
    for (const [index, account] of accounts.entries()) tokens[index] = (await signIn(api, account)).accessToken;
    for (const listener of listeners) listener({ buyers: tokens, keeper: keeperToken });
  };
  const renewing = setInterval(
    () => void renew().catch((error: unknown) => console.error('Signing in again failed:', error)),
    (first.expiresIn * 1000) / 3,
  );
  cleanup.add(() => clearInterval(renewing));
  return {
    ...{ origin, api, machine: null, pids: {} },
    ...(metricsToken === undefined ? {} : { metricsToken }),
    keeper: () => keeperToken,
    buyers: () => tokens,
    accounts: accounts.slice(0, signingInMax),
    settle: () => Promise.resolve(),
    onFreshTokens: (listener) => void listeners.push(listener),
  };
};
