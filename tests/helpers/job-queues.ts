import { connectQueueRedis } from '../../src/config/queue-redis.js';
import { createJobModel } from '../../src/models/job.model.js';
import { createJobQueries } from '../../src/models/job-queries.js';
import { createJobStore } from '../../src/models/job-store.js';
import { createBullJobs } from '../../src/services/jobs/bull-jobs.js';
import type { JobOutcome } from '../../src/services/jobs/job-outcome.js';
import type { JobPolicy } from '../../src/services/jobs/job-policy.js';
import type { JobQueue, NewJob } from '../../src/services/jobs/job-queue.js';
import { createStoredJobs } from '../../src/services/jobs/stored-jobs.js';
import { newId } from '../../src/utils/uuid.js';
import { freshDatabase } from './mongo.js';
import { startRedis, type TestRedis } from './redis.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Whoever is slow on a busy machine is neither taken for dead nor cut short. */
export const testPolicy: JobPolicy = {
  concurrency: 2,
  attemptsMax: 3,
  backoffMs: 20,
  leaseMs: 30_000,
  closeMs: 30_000,
};
/** Quick enough for tests to see a worker's lease run out, and a stop that is not waited for. */
export const hastyPolicy: JobPolicy = { ...testPolicy, leaseMs: 1_000, closeMs: 1_000 };

/** A way into one set of queues, as one process has it; another is another process's. */
export interface QueueWorld {
  /** Where tests/helpers/crash-worker.ts finds the same queues. */
  settings: () => Record<string, string>;
  open: (policy?: JobPolicy) => Promise<{ jobs: JobQueue; tried: JobOutcome[]; close: () => Promise<void> }>;
}

const policiesOf = (policy = testPolicy) => ({ 'report-queue': policy, 'mail-queue': policy });

const recording = () => {
  const tried: JobOutcome[] = [];
  return { tried, metrics: { tried: (_queue: string, outcome: JobOutcome) => void tried.push(outcome) } };
};

/** BullMQ on a Redis of the calling `describe`'s own. */
export const bullWorld = (): QueueWorld & { redis: () => TestRedis } => {
  let redis: TestRedis | undefined;
  const running = (): TestRedis => {
    if (!redis) throw new Error('The Redis of this test has not been started.');
    return redis;
  };
  const prefix = newId();
  beforeAll(async () => {
    redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  });
  afterAll(() => redis?.stop());
  return {
    redis: running,
    settings: () => ({ QUEUE_REDIS_URL: running().url, CRASH_PREFIX: prefix }),
    open: (policy) => {
      const { tried, metrics } = recording();
      const policies = policiesOf(policy);
      const link = connectQueueRedis({ url: running().url, name: 'tests', logger: silent });
      const jobs = createBullJobs({ redis: link, prefix, metrics, logger: silent, policies });
      const close = async () => {
        await jobs.close().catch(() => undefined);
        link.close();
      };
      return Promise.resolve({ jobs, tried, close });
    },
  };
};

/** The stand-in, on a database of the calling `describe`'s own. */
export const storedWorld = (): QueueWorld => {
  const database = freshDatabase();
  return {
    settings: () => ({ MONGO_URI: database.uri }),
    open: async (policy) => {
      const { tried, metrics } = recording();
      const policies = policiesOf(policy);
      const model = createJobModel(await database.connect());
      await model.createIndexes();
      const jobs = createStoredJobs({
        store: createJobStore(model),
        queries: createJobQueries(model),
        metrics,
        logger: silent,
        policies,
        pollMs: 50,
      });
      return { jobs, tried, close: () => jobs.close() };
    },
  };
};

export const someJob = (more: Partial<NewJob> = {}): NewJob => ({
  queue: 'mail-queue',
  name: 'welcome',
  id: newId(),
  data: { userId: 'somebody' },
  ...more,
});
