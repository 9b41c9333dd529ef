import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { loadEnv } from '../../src/config/env.js';
import { createContainer, type ContainerOptions } from '../../src/container.js';
import type { CreateProductInput, ProductView } from '../../src/schemas/product.js';
import { createTokenService } from '../../src/services/token.service.js';
import type { Caller } from '../../src/utils/caller.js';
import { createFastServer } from '../../src/utils/fast-server.js';
import { newId } from '../../src/utils/uuid.js';
import { createApiClient, type ApiClient } from './api-client.js';
import { spawnService, type Service } from './service.js';

/** Settings that every service of the tests shares, so that a token of one is good for all. */
const settings = {
  NODE_ENV: 'test',
  JWT_SECRET: 'a secret of the tests, which is long enough',
  ADMIN_EMAIL: 'admin@stockroom.test',
  ADMIN_PASSWORD: 'a password of the tests',
  DEMO: '0',
} as const;

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
      const answer = await client.createProduct({ token: manager.token, body });
      if (answer.status !== 201) throw new Error(`no product was made: ${answer.text}`);
      return answer.data;
    },
  };
};

export interface LocalShop extends Shop {
  server: Server;
  close: () => Promise<void>;
}

/** The whole service, wired as in production, inside the test's own process. */
export const startShop = async (
  uri: string,
  more: { env?: Readonly<Record<string, string>>; onStoreStep?: ContainerOptions['onStoreStep'] } = {},
): Promise<LocalShop> => {
  const container = await createContainer({
    env: loadEnv({ ...settings, MONGO_URI: uri, ...more.env }),
    logger: pino({ level: 'silent' }),
    phase: () => 'ready',
    progress: () => undefined,
    ...(more.onStoreStep ? { onStoreStep: more.onStoreStep } : {}),
  });
  const server = createFastServer(createApp(container.deps));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop = shopAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    ...shop,
    server,
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
  args?: readonly string[],
): Promise<SpawnedShop> => {
  const service = spawnService({ ...settings, LOG_LEVEL: 'info', MONGO_URI: uri, ...env }, args);
  const shop = shopAt(await service.ready());
  return {
    ...shop,
    service,
    close: async () => {
      shop.client.close();
      await service.stop();
    },
  };
};
