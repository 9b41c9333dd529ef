import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClosers } from '../../../src/utils/closers.js';
import { serviceNames, type ServiceName } from '../kinds.js';
import { openBroker, type Broker } from './broker.js';
import { createHerd, type Herd } from './herd.js';
import { openLinks, type Links } from './links.js';
import { startMongoSet, type MongoSet } from './mongo-set.js';
import { startRedis, whyNoRedis, type RedisServer } from './redis.js';
import { createService, type ServiceProcess } from './service.js';
import { jwtSecret } from './people.js';

/** Waiting purchases of a process; small, so that a burst fills it. */
export const purchaseQueueMax = 64;

export const databases = { products: 'stockroom', orders: 'stockroom_orders' } as const;

/** All that runs: databases, broker, services, and the links between them. */
export interface System {
  /** Logs and data. */
  dir: string;
  mongo: MongoSet;
  redis: RedisServer | undefined;
  broker: Broker;
  links: Links;
  services: ReadonlyMap<ServiceName, ServiceProcess>;
  /** Where clients go. */
  urls: { products1: string; products2: string; orders: string };
  /** Whether orders are a service of their own. */
  split: boolean;
  close: () => Promise<void>;
}

export interface SystemOptions {
  dir: string;
  mongod: string;
  members: 1 | 3;
  /** From a source to its compiled file. */
  compiled: (source: string) => string;
  warn: (line: string) => void;
}

const urlOf = (port: number): string => `http://127.0.0.1:${String(port)}`;

const envOf = (name: ServiceName, system: Omit<System, 'urls' | 'services' | 'close'>) => {
  const { mongo, redis, broker, links, split, dir } = system;
  const isOrders = name === 'orders';
  const service = split ? (isOrders || name === 'worker' ? name : 'products') : 'all';
  return {
    NODE_ENV: split && redis !== undefined ? 'production' : 'test',
    SERVICE: service,
    DATA_DIR: join(dir, 'data'),
    DEMO: '0',
    LOG_LEVEL: 'warn',
    JWT_SECRET: jwtSecret,
    MONGO_URI: mongo.uri(isOrders ? databases.orders : databases.products),
    ...(redis === undefined ? {} : { REDIS_URL: `redis://127.0.0.1:${String(links.get(`${name}>redis`).port)}` }),
    ...(split ? { RABBITMQ_URL: broker.url(links.get(`${name}>rabbit`).port) } : {}),
    RABBITMQ_PREFIX: broker.prefix,
    PRODUCT_SERVICE_URL: urlOf(links.get('orders>products').port),
    RATE_LIMIT_PER_MINUTE: '0',
    LOGIN_LIMIT_PER_MINUTE: '0',
    PURCHASE_QUEUE_MAX: String(purchaseQueueMax),
    // Long, so that nothing heals by growing old: what stays stale is seen.
    CACHE_TTL_SECONDS: '86400',
    ...(split && service === 'products' ? { RUN_JOBS: '0' } : {}),
  };
};

const createServices = (base: Omit<System, 'urls' | 'services' | 'close'>, herd: Herd, options: SystemOptions) => {
  const names = base.split ? serviceNames : (['products1', 'products2'] as const);
  const services = new Map<ServiceName, ServiceProcess>();
  for (const name of names) {
    const service = createService({
      herd,
      name,
      program: options.compiled('src/server.ts'),
      preload: options.compiled('load/faults/clock-preload.ts'),
      cwd: base.dir,
      env: () => envOf(name, base),
      onPort: (port) => {
        base.links.aim(name, port);
        if (!base.split && name === 'products1') base.links.aim('orders', port);
      },
    });
    services.set(name, service);
  }
  return services;
};

/** Starts everything and waits until it is ready. @throws Error with what did not come up; nothing is left then */
export const startSystem = async (options: SystemOptions): Promise<System> => {
  const { dir, mongod, members, warn } = options;
  mkdirSync(join(dir, 'data'), { recursive: true });
  const closers = createClosers((name, error) => warn(`closing ${name} failed: ${String(error)}`));
  const herd = createHerd(dir);
  closers.add('processes', herd.close);
  try {
    const links = await openLinks();
    closers.add('links', links.stop);
    const noRedis = whyNoRedis();
    if (noRedis !== undefined) warn(`No Redis (${noRedis}): each process keeps its cache to itself.`);
    const opening = Promise.all([
      startMongoSet({ herd, binary: mongod, dir, members }),
      noRedis === undefined ? startRedis(herd, dir) : undefined,
      openBroker(herd, dir, { prefix: `faults_${String(process.pid)}_${String(Date.now())}`, warn }),
    ]);
    const [mongo, redis, broker] = await opening;
    closers.add('broker', broker.stop);
    if (redis !== undefined) links.aim('redis', redis.port());
    const brokerPort = broker.port();
    if (brokerPort !== undefined) links.aim('rabbit', brokerPort);
    const base = { dir, mongo, redis, broker, links, split: brokerPort !== undefined };
    closers.add('mongod', mongo.stop);
    const services = createServices(base, herd, options);
    for (const service of services.values()) closers.add(service.name, service.stop);
    // The first one makes collections and indexes, which the others then find.
    await services.get('products1')?.start();
    await Promise.all([...services.values()].slice(1).map((service) => service.start()));
    const at = (link: 'client>products1' | 'client>products2' | 'client>orders') => urlOf(links.get(link).port);
    const urls = {
      products1: at('client>products1'),
      products2: at('client>products2'),
      orders: at('client>orders'),
    };
    return { ...base, services, urls, close: closers.close };
  } catch (error) {
    await closers.close();
    throw error;
  }
};
