import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../src/utils/uuid.js';
import type { Cleanup } from '../bench/cleanup.js';
import { compileBench } from '../bench/compile.js';
import { describeMachine, startDatabases } from '../bench/environment.js';
import { createServiceGroup } from '../bench/service-group.js';
import { createStarter } from '../bench/starter.js';
import { newAccount } from './accounts.js';
import { createApi, type Api } from './api.js';
import type { Account } from './journeys.js';
import type { Shop } from './shop.js';

const accountsMax = 5;
const bearer = 'Authorization: Bearer ';

export interface OwnShopOptions {
  root: string;
  buyers: number;
  /** The admin that the service has, where somebody else has to sign in as him. */
  admin?: Account;
  rabbitUrl: string;
  cleanup: Cleanup;
}

const registerAccounts = async (api: Api, run: string) => {
  const accounts = Array.from({ length: accountsMax }, (_, number) => newAccount(run, number));
  for (const account of accounts) {
    await api.call('POST', '/auth/register', undefined, { ...account, name: 'Somebody under load' });
  }
  return accounts;
};

/**
 * Starts the whole service as it is shipped, in a process of its own, with a mongod and a Redis that are its alone and names of its
 * own at the broker; everything is gone at the end.
 */
export const startOwnShop = async ({ root, buyers, admin, rabbitUrl, cleanup }: OwnShopOptions) => {
  const run = randomBytes(4).toString('hex');
  // Beside the code, on a real disk: a temporary folder may be memory, where a purchase on disk costs nothing.
  const directory = join(root, '.data', `load-${run}`);
  mkdirSync(directory, { recursive: true });
  cleanup.add(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const compiled = compileBench(root, join(directory, 'compiled'));
  const { mongod, redis } = await startDatabases(directory, cleanup);
  const machine = describeMachine(mongod.version);
  const serviceEnv = admin === undefined ? {} : { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password };
  const deps = { root, directory, runTag: run, compiled, mongod, redis, rabbitUrl, serviceEnv, cleanup };
  const group = createServiceGroup(
    deps,
    createStarter(deps),
    Array.from({ length: buyers }, () => newId()),
  );
  const service = await group('load', 1);
  const origin = `http://127.0.0.1:${String(service.ports[0] ?? 0)}`;
  const api = createApi(origin);
  const tokens = service.customers.map((line) => line.slice(bearer.length));
  const keeper = (service.manager ?? '').slice(bearer.length);
  const shop: Shop = {
    ...{ origin, api, machine },
    keeper: () => keeper,
    buyers: () => tokens,
    accounts: await registerAccounts(api, run),
    pids: { mongod: mongod.process.pid, redis: redis.process.pid },
    settle: async () => service.settle?.(),
    // Its tokens outlast every run.
    onFreshTokens: () => undefined,
  };
  // A log of an hour is large, and nobody reads it.
  const trimming = setInterval(service.tidy, 60_000);
  cleanup.add(() => clearInterval(trimming));
  return { shop, compiled };
};
