import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../../src/cli/child-service.js';
import { cleanBroker } from '../../src/cli/clean-broker.js';
import { createClosers } from '../../src/utils/closers.js';

export interface Services {
  /** Where products are and where orders are placed, without a path; the same where one process does everything. */
  products: string;
  orders: string;
  /** Stops them and removes what they leave at the broker and on the disk. */
  close: () => Promise<void>;
}

export interface ServicesOptions {
  /** Two processes that meet at the broker, with a database each. */
  split: boolean;
  /** Undefined has one process do without. */
  broker: string | undefined;
  /** As the environment has it; undefined has each service run a mongod of its own. */
  mongoUri: string | undefined;
  jwtSecret: string;
}

const namesDatabase = /^[^/]+\/\/[^/]+\/[^?]/;

/** Starts what is to be loaded. @throws Error when two services have no broker, or would share a database */
export const startServices = async ({ split, broker, mongoUri, jwtSecret }: ServicesOptions): Promise<Services> => {
  const closers = createClosers((name, error) => console.error(`closing ${name} failed:`, error));
  const prefix = `load-${randomBytes(4).toString('hex')}`;
  const dir = await mkdtemp(join(tmpdir(), 'stockroom-load-'));
  closers.add('directory', () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  if (broker !== undefined) closers.add('broker', () => cleanBroker(broker, prefix));
  const common = {
    NODE_ENV: 'test',
    DATA_DIR: dir,
    JWT_SECRET: jwtSecret,
    LOG_LEVEL: 'info',
    RABBITMQ_URL: broker ?? '',
    RABBITMQ_PREFIX: prefix,
    // The callers are few, and each orders more in a second than a person in an hour.
    RATE_LIMIT_PER_MINUTE: '0',
    METRICS_TOKEN: '',
  };
  const start = async (settings: Readonly<Record<string, string>>): Promise<string> => {
    const service = await startService({ ...common, ...settings });
    closers.add(settings['SERVICE'] ?? 'service', service.stop);
    return service.url;
  };
  try {
    if (!split) {
      const url = await start({ SERVICE: 'all' });
      return { products: url, orders: url, close: closers.close };
    }
    if (namesDatabase.test(mongoUri ?? '')) throw new Error('Two services need two databases: name none in MONGO_URI.');
    if (broker === undefined) throw new Error('Two services need a broker: set RABBITMQ_URL.');
    const products = await start({ SERVICE: 'products' });
    const orders = await start({ SERVICE: 'orders', PRODUCT_SERVICE_URL: products });
    return { products, orders, close: closers.close };
  } catch (error) {
    await closers.close();
    throw error;
  }
};
