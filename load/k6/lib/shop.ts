import type { Account } from '../../scenarios/journeys.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { ask } from './call.ts';
import { settings } from './settings.ts';

export interface Session {
  token: string;
  /** When it ought to be renewed, ms since the epoch: well before it expires. */
  untilMs: number;
}

/** What `setup()` hands to everybody; plain data, as k6 copies it. */
export interface Shop {
  tag: string;
  productIds: string[];
  accounts: Account[];
  /** Of the accounts, in their order. */
  sessions: Session[];
  keeper: Session;
}

/** Signs in. */
export const signIn = ({ email, password }: Account): Session => {
  const answer = ask('POST', '/auth/login', undefined, { email, password });
  const { accessToken, expiresIn } = answer as { accessToken: string; expiresIn: number };
  return { token: accessToken, untilMs: Date.now() + expiresIn * 500 };
};

/** Puts products on sale and signs buyers up and in. */
export const openShop = ({ products, units, buyers }: Scenario): Shop => {
  if (settings.admin.password === '')
    throw new Error('Set ADMIN_EMAIL and ADMIN_PASSWORD: setup() signs in with them.');
  const keeper = signIn(settings.admin);
  const tag = `load-${Date.now().toString(36)}`;
  const productIds = Array.from({ length: products }, (_, number) => {
    const body = { name: `Load product ${String(number + 1)}`, price: 1999, stock: units, tags: [tag] };
    return (ask('POST', '/products', keeper.token, body) as { id: string }).id;
  });
  const accounts = Array.from({ length: Math.min(buyers, settings.accounts) }, (_, number) => ({
    email: `${tag}-${String(number)}@load.example`,
    password: `${tag}-${Math.random().toString(36).slice(2)}`,
  }));
  for (const account of accounts) {
    ask('POST', '/auth/register', undefined, { ...account, name: 'Somebody under load' });
  }
  for (const id of productIds) console.log(`promised product ${id}`);
  return { tag, productIds, accounts, sessions: accounts.map(signIn), keeper };
};
