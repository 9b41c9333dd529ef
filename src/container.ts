import type { Router } from 'express';
import type { Connection } from 'mongoose';
import type { AppDeps } from './app.js';
import { cacheDirOf } from './config/cache-dir.js';
import { startEmbeddedMongo } from './config/embedded-mongo.js';
import type { Env } from './config/env.js';
import type { Logger } from './config/logger.js';
import { connectMongo, type Mongo } from './config/mongo.js';
import { connectRedis, type Redis } from './config/redis.js';
import { loadSecrets, type Secrets } from './config/secrets.js';
import { createAuthController } from './controllers/auth.controller.js';
import { createHealthController, type HealthCheck, type Phase } from './controllers/health.controller.js';
import { createMetricsController } from './controllers/metrics.controller.js';
import { createProductController } from './controllers/product.controller.js';
import { createStockController } from './controllers/stock.controller.js';
import { createAuthenticate } from './middlewares/authenticate.js';
import { authorize } from './middlewares/authorize.js';
import { createCommandModel } from './models/command.model.js';
import { createCustomerCounterModel } from './models/customer-counter.model.js';
import { createLedgerRepair } from './models/ledger-repair.js';
import { createMovementQueries } from './models/movement-queries.js';
import { createMovementModel } from './models/movement.model.js';
import { createOutboxModel } from './models/outbox.model.js';
import { appNameOf, createProcessModel, createProcessStore } from './models/process.model.js';
import { createProductQueries } from './models/product-queries.js';
import { createProductModel } from './models/product.model.js';
import { createStockStore, type StoreStep } from './models/stock-store.js';
import { createUserModel, createUserStore } from './models/user.model.js';
import { createAuthRoutes } from './routes/auth.routes.js';
import { createProductRoutes } from './routes/product.routes.js';
import { createStockRoutes } from './routes/stock.routes.js';
import { createSystemRoutes } from './routes/system.routes.js';
import { createProductBody } from './schemas/product.js';
import { createAuditService } from './services/audit.service.js';
import { createAuthService } from './services/auth.service.js';
import { createDemo, type DemoProduct } from './services/demo.service.js';
import { createHeartbeat } from './services/heartbeat.service.js';
import { createMetrics, type Metrics } from './services/metrics.service.js';
import { createPasswordService } from './services/password.service.js';
import { createProductService, type ProductService } from './services/product.service.js';
import { createPurchaseService } from './services/purchase.service.js';
import { createLane } from './services/stock-engine/lane.js';
import { createStockEngine } from './services/stock-engine/stock-engine.js';
import { createStockMetrics } from './services/stock-metrics.service.js';
import { createStockService } from './services/stock.service.js';
import { createTokenService } from './services/token.service.js';
import { createUserNames } from './services/user-names.js';
import { createClosers, type Closers } from './utils/closers.js';
import { newId } from './utils/uuid.js';

export interface ContainerOptions {
  env: Env;
  logger: Logger;
  /** Where the process stands, for `/readyz`. */
  phase: () => Phase;
  /** For people who watch the start: what is being done, a line at a time. */
  progress: (line: string) => void;
  /** Called between the statements of a batch; a test ends the process there. */
  onStoreStep?: (step: StoreStep) => void;
}

export interface Container {
  deps: AppDeps;
  /** The admin that exists after the start, if there is one. */
  admin: Secrets['admin'];
  /** Stops everything in the reverse order of its start. */
  close: () => Promise<void>;
}

/** What the services are built from. */
interface Ground {
  env: Env;
  logger: Logger;
  processId: string;
  connection: Connection;
  redis: Redis | undefined;
  metrics: Metrics;
  secrets: Secrets;
  closers: Closers;
  onStoreStep: ContainerOptions['onStoreStep'];
}

/** How long an access token is good for; see docs/decisions. */
const accessTtlSeconds = 3_600;
const healthDeadlineMs = 1_000;

const openMongo = async ({ env, logger, progress }: ContainerOptions, processId: string, closers: Closers) => {
  let uri = env.MONGO_URI;
  if (uri === undefined) {
    const embedded = await startEmbeddedMongo({
      dataDir: env.DATA_DIR,
      binary: env.MONGOD_BINARY,
      cacheDir: cacheDirOf(env),
      progress,
    });
    closers.add('embedded MongoDB', embedded.close);
    if (embedded.adopted)
      progress(`Took over the MongoDB that an earlier start left running (process ${embedded.pid})`);
    uri = embedded.uri;
  }
  const mongo = await connectMongo({ uri, appName: appNameOf(processId), logger });
  closers.add('MongoDB', mongo.close);
  return mongo;
};

const openRedis = ({ env, logger }: ContainerOptions, processId: string, closers: Closers): Redis | undefined => {
  if (env.REDIS_URL === undefined) return undefined;
  const redis = connectRedis({ url: env.REDIS_URL, name: appNameOf(processId), logger });
  closers.add('Redis', redis.close);
  return redis;
};

const healthChecks = (mongo: Mongo, redis: Redis | undefined): HealthCheck[] => [
  {
    name: 'mongodb',
    required: true,
    check: () => mongo.client.db('admin').command({ ping: 1 }),
  },
  ...(redis === undefined ? [] : [{ name: 'redis', required: false, check: () => redis.client.ping() }]),
];

const createModels = (connection: Connection) => ({
  products: createProductModel(connection),
  movements: createMovementModel(connection),
  commands: createCommandModel(connection),
  counters: createCustomerCounterModel(connection),
  outbox: createOutboxModel(connection),
  processes: createProcessModel(connection),
  users: createUserModel(connection),
});
type Models = ReturnType<typeof createModels>;

/** Collections and indexes, before anything is served: a transaction must not have to make them. */
const prepareCollections = async (models: Models): Promise<void> => {
  for (const model of Object.values(models)) {
    await model.createCollection();
    await model.createIndexes();
  }
};

/** The stock engine with the lane under it; from here on this process shows the others that it lives. */
const wireStock = async (ground: Ground, models: Models) => {
  const { connection, logger, metrics, closers, env, processId } = ground;
  const processes = createProcessStore(models.processes, processId);
  const heartbeat = createHeartbeat({ processes, logger });
  await heartbeat.start();
  closers.add('heartbeat', heartbeat.stop);
  const stockMetrics = createStockMetrics(metrics.registry);
  const lane = createLane({
    store: createStockStore(connection, ground.onStoreStep),
    endOrphans: async () => {
      const ended = await processes.endOrphans();
      if (ended === 0) return;
      stockMetrics.orphansEnded(ended);
      logger.warn({ ended }, 'ended open transactions of processes that are gone');
    },
    afterCommit: () => Promise.resolve(),
    metrics: stockMetrics,
    logger,
    now: () => new Date(),
    isAlone: heartbeat.isAlone,
  });
  const engine = createStockEngine({ lane, queueMax: env.PURCHASE_QUEUE_MAX, metrics: stockMetrics });
  stockMetrics.watchQueue(engine.waiting);
  closers.add('stock engine', engine.close);
  return engine;
};

const wirePeople = async ({ secrets }: Ground, models: Models) => {
  const users = createUserStore(models.users);
  const tokens = createTokenService({ secret: secrets.jwtSecret, accessTtlSeconds });
  const auth = createAuthService({ users, passwords: createPasswordService(), tokens });
  const adminId = secrets.admin === undefined ? undefined : await auth.ensureAdmin(secrets.admin);
  return { auth, adminId, names: createUserNames({ users }), authenticate: createAuthenticate({ tokens }) };
};

/** Shows something to who looks for the first time; a database that holds products already is left alone. */
const fillDemo = async (products: ProductService, models: Models, adminId: string): Promise<void> => {
  if ((await models.products.estimatedDocumentCount()) > 0) return;
  const create = (input: DemoProduct, id: string) =>
    products.create({ id, role: 'admin' }, createProductBody.parse(input), undefined);
  await createDemo({ products: { create } }).fill(adminId);
};

/** The business: models, services, controllers and the routers of the API, wired. */
const wireApi = async (ground: Ground): Promise<Router[]> => {
  const models = createModels(ground.connection);
  await prepareCollections(models);
  const engine = await wireStock(ground, models);
  const { auth, adminId, names, authenticate } = await wirePeople(ground, models);
  const products = createProductService({ products: createProductQueries(models), engine, names });
  if (ground.env.DEMO && adminId !== undefined) await fillDemo(products, models, adminId);
  const ledger = createMovementQueries(models);
  const stock = createStockController({
    purchases: createPurchaseService({ engine, ledger }),
    stock: createStockService({ engine, ledger }),
    audits: createAuditService({ ledger, repair: createLedgerRepair(models) }),
  });
  return [
    // The busiest first: a request passes every route before its own.
    createStockRoutes({ controller: stock, authenticate }),
    createProductRoutes({ controller: createProductController({ products }), authenticate, authorize }),
    createAuthRoutes({ controller: createAuthController({ auth }), authenticate }),
  ];
};

const build = async (options: ContainerOptions, closers: Closers): Promise<Omit<Container, 'close'>> => {
  const { env, logger } = options;
  const processId = newId();
  const secrets = await loadSecrets(env);
  const mongo = await openMongo(options, processId, closers);
  const redis = openRedis(options, processId, closers);
  const metrics = createMetrics();
  const health = createHealthController({
    phase: options.phase,
    checks: healthChecks(mongo, redis),
    deadlineMs: healthDeadlineMs,
  });
  const system = createSystemRoutes({
    health,
    metrics: createMetricsController({ metrics, token: env.METRICS_TOKEN }),
  });
  const { connection } = mongo;
  const { onStoreStep } = options;
  const api = await wireApi({ env, logger, processId, connection, redis, metrics, secrets, closers, onStoreStep });
  return {
    deps: {
      logger,
      metrics: metrics.http,
      production: env.NODE_ENV === 'production',
      trustProxyHops: env.TRUST_PROXY_HOPS,
      corsOrigins: env.CORS_ORIGINS,
      system: [system],
      api,
    },
    admin: secrets.admin,
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
