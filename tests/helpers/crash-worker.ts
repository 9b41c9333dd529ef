import { pino } from 'pino';
import { connectMongo } from '../../src/config/mongo.js';
import { connectQueueRedis } from '../../src/config/queue-redis.js';
import { createJobModel } from '../../src/models/job.model.js';
import { createJobQueries } from '../../src/models/job-queries.js';
import { createJobStore } from '../../src/models/job-store.js';
import { createBullJobs } from '../../src/services/jobs/bull-jobs.js';
import { createStoredJobs } from '../../src/services/jobs/stored-jobs.js';
import { loadEnv } from '../../src/config/env.js';

/**
 * A worker of the mail queue as a process of its own, which takes a job, says so on its standard output, and never ends it. On the
 * Redis of QUEUE_REDIS_URL under the prefix CRASH_PREFIX, else on the database of MONGO_URI.
 */
const logger = pino({ level: 'silent' });
const env = loadEnv();
const policy = { concurrency: 1, attemptsMax: 3, backoffMs: 20, leaseMs: 1_000, closeMs: 1_000 };
const common = {
  metrics: { tried: () => undefined },
  logger,
  policies: { 'report-queue': policy, 'mail-queue': policy },
};

const open = async () => {
  if (env.QUEUE_REDIS_URL !== undefined) {
    const redis = connectQueueRedis({ url: env.QUEUE_REDIS_URL, name: 'crash-worker', logger });
    return createBullJobs({ redis, prefix: process.env['CRASH_PREFIX'] ?? '', ...common });
  }
  const { connection } = await connectMongo({ uri: env.MONGO_URI ?? '', appName: 'crash-worker', logger });
  const model = createJobModel(connection);
  return createStoredJobs({ store: createJobStore(model), queries: createJobQueries(model), pollMs: 50, ...common });
};

const jobs = await open();
jobs.work({
  queue: 'mail-queue',
  handle: ({ id }) => {
    process.stdout.write(`taken ${id}\n`);
    return new Promise(() => undefined);
  },
});
