import { join } from 'node:path';
import type { Router } from 'express';
import type { AppDeps } from './app.js';
import { cacheDirOf } from './config/cache-dir.js';
import { readDashboardFiles } from './config/dashboard-files.js';
import { startEmbeddedMongo } from './config/embedded-mongo.js';
import type { Env } from './config/env.js';
import { createHttpClient, type HttpClient } from './config/http-client.js';
import { connectLimitsRedis, type LimitsRedis } from './config/limits-redis.js';
import type { Logger } from './config/logger.js';
import { connectMongo, type Mongo } from './config/mongo.js';
import { createMailer, type Mailer } from './config/mailer.js';
import { packageVersion } from './config/package-version.js';
import { connectQueueRedis, type QueueRedis } from './config/queue-redis.js';
import { connectRabbit, type Rabbit } from './config/rabbitmq.js';
import { connectReadMongo } from './config/read-mongo.js';
import { connectRedis, type Redis } from './config/redis.js';
import { lookForMongo } from './config/running-mongo.js';
import { loadSecrets, type Secrets } from './config/secrets.js';
import { watchSlowCommands } from './config/slow-commands.js';
import { createDashboardController } from './controllers/dashboard.controller.js';
import { createHealthController, type HealthCheck, type Phase } from './controllers/health.controller.js';
import { createMetricsController } from './controllers/metrics.controller.js';
import { refuseOtherDeployment } from './models/deployment.model.js';
import { appNameOf } from './models/process.model.js';
import { createReadSplit, readsOf, type ReadOutcome, type ReadSplit } from './models/read-split.js';
import type { OnOrderStep } from './models/order-step.js';
import type { StoreStep } from './models/stock-store.js';
import { createDashboardRoutes } from './routes/dashboard.routes.js';
import { createSystemRoutes } from './routes/system.routes.js';
import type { CacheStore } from './services/cache/cache-store.js';
import { createHealthMetrics } from './services/health-metrics.service.js';
import { createMetrics } from './services/metrics.service.js';
import { createMongoMetrics } from './services/mongo-metrics.service.js';
import { createClosers, type Closers } from './utils/closers.js';
import { StartError } from './utils/errors.js';
import { newId } from './utils/uuid.js';
import { wireDocs } from './wiring/docs.js';
import { migrateAtStart } from './wiring/migrations.js';
import { wireService } from './wiring/service.js';

export interface ContainerOptions {
  env: Env;
  logger: Logger;
  /** Where the process stands, for `/readyz`. */
  phase: () => Phase;
  /** For people who watch the start: what is being done, a line at a time. */
  progress: (line: string) => void;
  /** Called between the statements of a batch; a test ends the process there. */
  onStoreStep?: (step: StoreStep) => void;
  /** Called between the statements of an order; a test ends the process there. */
  onOrderStep?: OnOrderStep;
  /** Stands between the cache and its store; a test disturbs what passes there. */
  wrapCacheStore?: (store: CacheStore) => CacheStore;
}

export interface Container {
  deps: AppDeps;
  /** The admin that exists after the start, if there is one. */
  admin: Secrets['admin'];
  /** To be called when the process begins to stop, while requests are still served: ends what would never end by itself. */
  stopping: () => void;
  /** Stops everything in the reverse order of its start. */
  close: () => Promise<void>;
}

const healthDeadlineMs = 1_000;
/** One call; an order takes a few of them at most. */
const productServiceLimits = { timeoutMs: 800, connectionsMax: 128 };

/** Workers share the product service's database, which somebody else has to have started; orders have one of their own beside it. */
const embeddedUri = async ({ env, progress }: ContainerOptions, closers: Closers): Promise<string> => {
  if (env.SERVICE === 'worker') {
    const found = await lookForMongo(env.DATA_DIR);
    if (found.kind === 'running') return found.uri;
    throw new StartError('SERVICE=worker needs MONGO_URI, or a product service that runs with the same DATA_DIR.');
  }
  const embedded = await startEmbeddedMongo({
    dataDir: env.SERVICE === 'orders' ? join(env.DATA_DIR, 'orders') : env.DATA_DIR,
    binary: env.MONGOD_BINARY,
    cacheDir: cacheDirOf(env),
    progress,
  });
  closers.add('embedded MongoDB', embedded.close);
  if (embedded.adopted) progress(`Took over the MongoDB that an earlier start left running (process ${embedded.pid})`);
  return embedded.uri;
};

const databaseOf = ({ SERVICE }: Env): string => (SERVICE === 'orders' ? 'stockroom_orders' : 'stockroom');

const openMongo = async (options: ContainerOptions, processId: string, closers: Closers) => {
  const { env, logger } = options;
  const uri = env.MONGO_URI ?? (await embeddedUri(options, closers));
  const mongo = await connectMongo({ uri, database: databaseOf(env), appName: appNameOf(processId), logger });
  closers.add('MongoDB', mongo.close);
  watchSlowCommands({ client: mongo.client, thresholdMs: env.SLOW_QUERY_MS, logger });
  return mongo;
};

/** Where lists and reports are read. */
const openReads = async (
  { env, logger }: ContainerOptions,
  processId: string,
  { connection: primary }: Mongo,
  { closers, onRead }: { closers: Closers; onRead: (outcome: ReadOutcome) => void },
): Promise<ReadSplit> => {
  if (env.MONGO_READ_URI === undefined) return readsOf(primary);
  const replica = await connectReadMongo({
    uri: env.MONGO_READ_URI,
    database: databaseOf(env),
    appName: `${appNameOf(processId)}:reads`,
    logger,
    verify: (connection) => refuseOtherDeployment(primary, connection),
    onOpen: (client) => watchSlowCommands({ client, thresholdMs: env.SLOW_QUERY_MS, logger }),
  });
  closers.add('MongoDB for reads', replica.close);
  return createReadSplit({ primary, secondary: replica.connection, isOpen: replica.isOpen, onRead });
};

const openRedis = ({ env, logger }: ContainerOptions, processId: string, closers: Closers): Redis | undefined => {
  if (env.REDIS_URL === undefined) return undefined;
  // A worker reads nothing through the cache, whose beats would keep the connection from being silent.
  const isOftenIdle = env.SERVICE === 'worker';
  const redis = connectRedis({ url: env.REDIS_URL, name: appNameOf(processId), logger, isOftenIdle });
  closers.add('Redis', redis.close);
  return redis;
};

const openQueueRedis = (options: ContainerOptions, processId: string, closers: Closers): QueueRedis | undefined => {
  const { env, logger } = options;
  const url = env.QUEUE_REDIS_URL ?? env.REDIS_URL;
  // Orders have no jobs.
  if (url === undefined || env.SERVICE === 'orders') return undefined;
  const queueRedis = connectQueueRedis({ url, name: `${appNameOf(processId)}:jobs`, logger });
  closers.add('Redis of the jobs', queueRedis.close);
  return queueRedis;
};

const openLimitsRedis = (options: ContainerOptions, processId: string, closers: Closers): LimitsRedis | undefined => {
  const { env, logger } = options;
  const isCounting = env.RATE_LIMIT_PER_MINUTE > 0 || env.LOGIN_LIMIT_PER_MINUTE > 0;
  // A worker answers nobody.
  if (env.REDIS_URL === undefined || !isCounting || env.SERVICE === 'worker') return undefined;
  const limitsRedis = connectLimitsRedis({ url: env.REDIS_URL, name: `${appNameOf(processId)}:limits`, logger });
  closers.add('Redis of the limits', limitsRedis.close);
  return limitsRedis;
};

const openMailer = ({ env, logger }: ContainerOptions, closers: Closers): Mailer => {
  const mailer = createMailer({ url: env.SMTP_URL, from: env.MAIL_FROM, logger });
  closers.add('mailer', mailer.close);
  return mailer;
};

const openRabbit = async ({ env, logger }: ContainerOptions, processId: string, closers: Closers) => {
  if (env.RABBITMQ_URL === undefined) return undefined;
  const rabbit = await connectRabbit({ url: env.RABBITMQ_URL, name: appNameOf(processId), logger });
  closers.add('RabbitMQ', rabbit.close);
  return rabbit;
};

const openProductService = (env: Env, closers: Closers): HttpClient => {
  const http = createHttpClient({ url: env.PRODUCT_SERVICE_URL, ...productServiceLimits });
  closers.add('product service', http.close);
  return http;
};

/** Where products are; what the page shows of orders it finds where one process does both. */
const dashboardOf = async ({ SERVICE }: Env): Promise<Router[]> => {
  if (SERVICE !== 'all' && SERVICE !== 'products') return [];
  const controller = createDashboardController({ files: await readDashboardFiles() });
  return [createDashboardRoutes({ controller })];
};

const healthChecks = (mongo: Mongo, redis: Redis | undefined, rabbit: Rabbit | undefined): HealthCheck[] => [
  {
    name: 'mongodb',
    required: true,
    check: () => mongo.client.db('admin').command({ ping: 1 }),
  },
  ...(redis === undefined ? [] : [{ name: 'redis', required: false, check: () => redis.client.ping() }]),
  ...(rabbit === undefined ? [] : [{ name: 'rabbitmq', required: false, check: rabbit.check }]),
];

const build = async (options: ContainerOptions, closers: Closers): Promise<Omit<Container, 'close'>> => {
  const { env, logger } = options;
  const processId = newId();
  const secrets = await loadSecrets(env);
  const mongo = await openMongo(options, processId, closers);
  const { connection } = mongo;
  await migrateAtStart({ connection, env, logger, processId, progress: options.progress });
  const redis = openRedis(options, processId, closers);
  const rabbit = await openRabbit(options, processId, closers);
  const metrics = createMetrics();
  const mongoMetrics = createMongoMetrics(metrics.registry);
  mongo.onCommand(mongoMetrics.command);
  mongo.onPool(mongoMetrics.pool);
  const reads = await openReads(options, processId, mongo, { closers, onRead: mongoMetrics.splitRead });
  const onStopping: (() => void)[] = [];
  const checks = healthChecks(mongo, redis, rabbit);
  const health = createHealthController({
    phase: options.phase,
    checks,
    deadlineMs: healthDeadlineMs,
  });
  createHealthMetrics({
    registry: metrics.registry,
    isReady: () => options.phase() === 'ready',
    states: health.states,
  });
  const system = createSystemRoutes({
    health,
    metrics: createMetricsController({ metrics, token: env.METRICS_TOKEN }),
  });
  const { onStoreStep, onOrderStep, wrapCacheStore } = options;
  const api = await wireService({
    env,
    logger,
    processId,
    connection,
    reads,
    redis,
    limitsRedis: openLimitsRedis(options, processId, closers),
    queueRedis: openQueueRedis(options, processId, closers),
    mailer: openMailer(options, closers),
    rabbit,
    openProductService: () => openProductService(env, closers),
    metrics,
    secrets,
    closers,
    checks,
    onStopping: (listener) => void onStopping.push(listener),
    onStoreStep,
    onOrderStep,
    wrapCacheStore,
  });
  return {
    deps: {
      logger,
      metrics: metrics.http,
      production: env.NODE_ENV === 'production',
      trustProxyHops: env.TRUST_PROXY_HOPS,
      corsOrigins: env.CORS_ORIGINS,
      system: [system, wireDocs({ version: packageVersion(), api }), ...(await dashboardOf(env))],
      api,
    },
    admin: secrets.admin,
    stopping: () => {
      for (const listener of onStopping) listener();
    },
  };
};

/**
 * Opens every connection, builds everything and wires it; the one place that sees all rooms. When a step fails,
 * what was opened before is closed again.
 * @throws StartError one line for the operator
 */
export const createContainer = async (options: ContainerOptions): Promise<Container> => {
  const closers = createClosers((name, error) => options.logger.error({ err: error }, `closing ${name} failed`));
  try {
    return { ...(await build(options, closers)), close: closers.close };
  } catch (error) {
    await closers.close();
    throw error;
  }
};
