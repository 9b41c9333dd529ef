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
import { createHealthController, type HealthCheck, type Phase } from './controllers/health.controller.js';
import { createMetricsController } from './controllers/metrics.controller.js';
import { appNameOf } from './models/process.model.js';
import { createSystemRoutes } from './routes/system.routes.js';
import { createMetrics, type Metrics } from './services/metrics.service.js';
import { createClosers, type Closers } from './utils/closers.js';
import { newId } from './utils/uuid.js';

export interface ContainerOptions {
  env: Env;
  logger: Logger;
  /** Where the process stands, for `/readyz`. */
  phase: () => Phase;
  /** For people who watch the start: what is being done, a line at a time. */
  progress: (line: string) => void;
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
}

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

/** The business: models, services, controllers and the routers of the API, wired. */
const wireApi = async (ground: Ground): Promise<Router[]> => {
  await Promise.resolve(ground);
  return [];
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
  const api = await wireApi({ env, logger, processId, connection, redis, metrics, secrets, closers });
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
