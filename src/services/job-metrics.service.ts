import { Gauge, Histogram, type Registry } from 'prom-client';
import { within } from '../utils/deadline.js';
import { queueNames } from '../utils/queue-names.js';
import { createPairTally } from './figures.js';
import type { JobMetrics } from './jobs/job-outcome.js';
import type { JobQueue } from './jobs/job-queue.js';

/** A scrape waits no longer for the queues. */
const countMsMax = 500;

/** The jobs' figures, on the registry of the process. */
export const createJobMetrics = (registry: Registry) => {
  const registers = [registry];
  const tries = createPairTally(registry, {
    name: 'jobs_tried_total',
    help: 'Tries of background jobs by queue and outcome: done, retried, failed (for good), stopped (given back)',
    labels: ['queue', 'outcome'],
    seconds: ['done', 'retried', 'failed', 'stopped'],
  });
  for (const queue of queueNames) tries.begin(queue);
  const durations = new Histogram({
    name: 'job_duration_seconds',
    help: 'Duration of a try of a background job',
    labelNames: ['queue'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    registers,
  });
  const figures: JobMetrics = {
    tried: (queue, outcome, seconds) => {
      tries.count(queue, outcome);
      durations.observe({ queue }, seconds);
    },
  };
  return {
    ...figures,
    /** Shows what the queues say of themselves whenever somebody looks; nothing while they do not answer. */
    watchQueues: ({ counts }: Pick<JobQueue, 'counts'>): void => {
      new Gauge({
        name: 'jobs',
        help: 'Background jobs by queue and status: waiting, delayed, active, failed',
        labelNames: ['queue', 'status'],
        registers,
        async collect() {
          this.reset();
          const answers = queueNames.map(async (queue) => {
            const known = await within(countMsMax, counts(queue), () => new Error('The queue does not answer.'));
            for (const [status, count] of Object.entries(known)) this.set({ queue, status }, count);
          });
          await Promise.allSettled(answers);
        },
      });
    },
  };
};
