import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBrokerThere } from '../config/broker.js';
import { loadEnv } from '../config/env.js';
import { createClosers, type Closers } from '../utils/closers.js';
import { redactUrls } from '../utils/redact.js';
import { startService } from './child-service.js';
import { cleanBroker } from './clean-broker.js';
import { walkThroughOrders } from './orders-walk.js';

const usualBroker = 'amqp://guest:guest@127.0.0.1:5672';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${redactUrls(line)}\n`);

interface Common {
  dir: string;
  settings: Readonly<Record<string, string>>;
}

/** Two processes that meet at the broker. @returns where products and orders are */
const startTwo = async (broker: string, { dir, settings }: Common, closers: Closers) => {
  const prefix = `demo-${randomBytes(6).toString('hex')}`;
  closers.add('broker', () => cleanBroker(broker, prefix));
  const shared = { ...settings, RABBITMQ_URL: broker, RABBITMQ_PREFIX: prefix };
  print('Starting the product service ...');
  const products = await startService({ ...shared, SERVICE: 'products', DATA_DIR: join(dir, 'products') });
  closers.add('product service', products.stop);
  print(`  ${products.url}\nStarting the order service ...`);
  const orders = await startService({
    ...shared,
    SERVICE: 'orders',
    DATA_DIR: join(dir, 'orders'),
    PRODUCT_SERVICE_URL: products.url,
  });
  closers.add('order service', orders.stop);
  print(`  ${orders.url}`);
  return { products: products.url, orders: orders.url };
};

const startOne = async ({ dir, settings }: Common, closers: Closers) => {
  const one = await startService({ ...settings, SERVICE: 'all', DATA_DIR: dir, RABBITMQ_URL: '' });
  closers.add('service', one.stop);
  print(`  ${one.url}`);
  return { products: one.url, orders: one.url };
};

const walk = async (closers: Closers): Promise<void> => {
  const broker = loadEnv().RABBITMQ_URL ?? usualBroker;
  const dir = await mkdtemp(join(tmpdir(), 'stockroom-demo-'));
  closers.add('directory', () => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const admin = { email: 'admin@stockroom.local', password: randomBytes(12).toString('base64url') };
  const common: Common = {
    dir,
    // Databases and caches of their own: nothing of the walk stays behind.
    settings: {
      NODE_ENV: 'development',
      MONGO_URI: '',
      REDIS_URL: '',
      QUEUE_REDIS_URL: '',
      SMTP_URL: '',
      METRICS_TOKEN: '',
      JWT_SECRET: randomBytes(48).toString('base64url'),
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
    },
  };
  const two = await isBrokerThere(broker);
  if (!two) print(`No RabbitMQ at ${new URL(broker).host}, so one process does everything (SERVICE=all).`);
  const at = two ? await startTwo(broker, common, closers) : await startOne(common, closers);
  const api = (url: string): string => `${url}/api/v1`;
  await walkThroughOrders({ products: api(at.products), orders: api(at.orders), admin, print });
  print('Done: all was as it should be.');
};

const main = async (): Promise<number> => {
  const closers = createClosers((name, error) => complain(`closing ${name} failed: ${String(error)}`));
  const stop = () => void closers.close().then(() => process.exit(1));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await walk(closers);
    return 0;
  } catch (error) {
    complain(`Failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await closers.close();
  }
};

process.exitCode = await main();
