import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createApp, type AppDeps } from '../../src/app.js';
import { loadEnv } from '../../src/config/env.js';
import type { Lines, Logger } from '../../src/config/logger.js';
import { createContainer, type ContainerOptions } from '../../src/container.js';
import type { CreateProductInput, ProductView } from '../../src/schemas/product.js';
import { createTokenService } from '../../src/services/token.service.js';
import type { Caller } from '../../src/utils/caller.js';
import { createFastServer } from '../../src/utils/fast-server.js';
import { newId } from '../../src/utils/uuid.js';
import { createApiClient, type ApiClient } from './api-client.js';
import { patiently } from './patiently.js';
import { spawnService, type Service } from './service.js';

/** Settings that every service of the tests shares, so that a token of one is good for all. */
export const settings = {
  NODE_ENV: 'test',
  JWT_SECRET: 'a secret of the tests, which is long enough',
  ADMIN_EMAIL: 'admin@stockroom.test',
  ADMIN_PASSWORD: 'a password of the tests',
  DEMO: '0',
} as const;

/** The admin whose account every service of the tests has. */
export const operator = { email: settings.ADMIN_EMAIL, password: settings.ADMIN_PASSWORD } as const;

export interface Person extends Caller {
  token: string;
}

const tokens = createTokenService({ secret: settings.JWT_SECRET, accessTtlSeconds: 3_600 });

/** Somebody with a good token and no account: signed in without the work of hashing a password. */
export const person = (role: Caller['role'] = 'user'): Person => {
  const caller = { id: newId(), role };
  return { ...caller, token: tokens.issue(caller).accessToken };
};

export const customers = (count: number): Person[] => Array.from({ length: count }, () => person());

/** A running service with what tests do to it. */
export interface Shop {
  url: string;
  client: ApiClient;
  manager: Person;
  /** Makes a product over HTTP. */
  stocked: (stock: number, more?: Partial<CreateProductInput>) => Promise<ProductView>;
}

const shopAt = (url: string): Shop => {
  const client = createApiClient(url);
  const manager = person('manager');
  return {
    url,
    client,
    manager,
    stocked: async (stock, more = {}) => {
      const body = { name: 'Lamp', price: 1999, stock, ...more };
      // Of a try that was answered 503 there may be a product as well, which nobody will look at.
      const answer = await patiently(() => client.createProduct({ token: manager.token, body }));
      if (answer.status !== 201) throw new Error(`no product was made: ${answer.text}`);
      return answer.data;
    },
  };
};

export interface LocalShop extends Shop {
  server: Server;
  /** What its app is made of, for another app of the same service. */
  deps: AppDeps;
  close: () => Promise<void>;
}

export interface ShopOptions extends Pick<ContainerOptions, 'onStoreStep' | 'wrapCacheStore'> {
  env?: Readonly<Record<string, string>>;
  /** Where it logs; nowhere. */
  logger?: Logger;
  lines?: Lines;
}

const startMsMax = 90_000;
const startAgainMs = 500;
/** What a start fails with on a machine that has no time for it. */
const tooBusy = /Mongo\w*(Timeout|Network)|timed out|in time/i;

/** A start that the machine had no time for is tried again, as a supervisor would; any other failure is one. */
const started = async <T>(start: () => Promise<T>): Promise<T> => {
  const deadlineMs = performance.now() + startMsMax;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (performance.now() > deadlineMs || !tooBusy.test(String(error))) throw error;
      await sleep(startAgainMs);
    }
  }
};

/** The whole service, wired as in production, inside the test's own process. */
export const startShop = async (uri: string, more: ShopOptions = {}): Promise<LocalShop> => {
  const container = await started(() =>
    createContainer({
      env: loadEnv({ ...settings, MONGO_URI: uri, ...more.env }),
      logger: more.logger ?? pino({ level: 'silent' }),
      phase: () => 'ready',
      progress: () => undefined,
      ...(more.onStoreStep ? { onStoreStep: more.onStoreStep } : {}),
      ...(more.wrapCacheStore ? { wrapCacheStore: more.wrapCacheStore } : {}),
    }),
  );
  const deps = { ...container.deps, ...(more.lines ? { lines: more.lines } : {}) };
  const server = createFastServer(createApp(deps));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop = shopAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    ...shop,
    server,
    deps,
    close: async () => {
      shop.client.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await container.close();
    },
  };
};

export interface SpawnedShop extends Shop {
  service: Service;
  close: () => Promise<void>;
}

/** The service as a process of its own, on the same settings. */
export const spawnShop = async (
  uri: string,
  env: Readonly<Record<string, string>> = {},
  program?: readonly [string, ...string[]],
): Promise<SpawnedShop> => {
  const { service, url } = await started(async () => {
    const spawned = spawnService({ ...settings, LOG_LEVEL: 'info', MONGO_URI: uri, ...env }, program);
    return { service: spawned, url: await spawned.ready() };
  });
  const shop = shopAt(url);
  return {
    ...shop,
    service,
    close: async () => {
      shop.client.close();
      await service.stop();
    },
  };
};
