import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError, WaitingError, Worker, type IRedisClient, type Job } from 'bullmq';
import { fullJitterMs } from '../../utils/retry.js';
import { isFinalFault, reasonOf, type JobLogger, type Outcomes } from './job-outcome.js';
import type { JobPolicy } from './job-policy.js';
import type { JobProcessor, JobWorker } from './job-queue.js';

type Data = Readonly<Record<string, unknown>>;
export type BullJob = Job<Data>;

export interface BullWorkerDependencies {
  connection: IRedisClient;
  prefix: string;
  outcomes: Outcomes;
  logger: Pick<JobLogger, 'warn'>;
  policy: JobPolicy;
}

const secondsOf = (job: BullJob): number => Math.max(0, Date.now() - (job.processedOn ?? Date.now())) / 1000;

/** What BullMQ calls for each job. */
const createProcess =
  ({ handle, queue }: JobProcessor, outcomes: Outcomes, stop: AbortSignal) =>
  async (job: BullJob, token?: string, cancelled?: AbortSignal): Promise<void> => {
    const signal = cancelled ? AbortSignal.any([stop, cancelled]) : stop;
    const progress = (percent: number): Promise<void> => job.updateProgress(percent);
    try {
      await handle({ id: job.id ?? '', name: job.name, data: job.data, progress, signal });
    } catch (error) {
      if (stop.aborted) {
        await job.moveToWait(token);
        outcomes.note(queue, job.id ?? '', 'stopped', secondsOf(job));
        throw new WaitingError();
      }
      if (isFinalFault(error)) throw new UnrecoverableError(reasonOf(error));
      throw error;
    }
  };

const makeWorker = (deps: BullWorkerDependencies, processor: JobProcessor, stop: AbortSignal): Worker<Data> => {
  const { connection, prefix, outcomes, logger, policy } = deps;
  const { queue } = processor;
  const worker = new Worker<Data>(queue, createProcess(processor, outcomes, stop), {
    connection,
    prefix,
    autorun: false,
    concurrency: policy.concurrency,
    lockDuration: policy.leaseMs,
    stalledInterval: policy.leaseMs,
    // A worker that dies uses a try up, like one that fails.
    maxStalledCount: policy.attemptsMax - 1,
  });
  worker.on('error', (error) => logger.warn({ reason: error.message, queue }, 'a worker of jobs has trouble'));
  worker.on('completed', (job) => outcomes.note(queue, job.id ?? '', 'done', secondsOf(job)));
  worker.on('failed', (job, error) => {
    if (!job) return;
    const reason = reasonOf(error);
    const isOver = job.finishedOn !== undefined;
    outcomes.note(queue, job.id ?? '', isOver ? 'failed' : 'retried', secondsOf(job), reason);
    if (isOver) void outcomes.gaveUp(processor, { id: job.id ?? '', name: job.name, data: job.data }, reason);
  });
  return worker;
};

/** Works on the jobs of one queue in Redis until it is closed. */
export const startBullWorker = (deps: BullWorkerDependencies, processor: JobProcessor): JobWorker => {
  const { logger, policy } = deps;
  const { queue } = processor;
  const stop = new AbortController();
  let current: Worker<Data> | undefined;
  let closing = false;

  /**
   * A worker whose connection breaks while it is being made never works, and spins without letting anything else run once it is
   * started: so it is started when it is ready, and made anew when that fails.
   */
  const start = async (): Promise<void> => {
    for (let attempt = 0; !closing; attempt++) {
      const worker = makeWorker(deps, processor, stop.signal);
      current = worker;
      try {
        await worker.waitUntilReady();
        void worker.run().catch((error: unknown) => logger.warn({ err: error, queue }, 'a worker of jobs has ended'));
        return;
      } catch {
        await Promise.race([
          worker.close(true).catch(() => undefined),
          sleep(policy.closeMs, undefined, { ref: false }),
        ]);
      }
      await sleep(fullJitterMs(attempt, 100, 2_000));
    }
  };
  void start();

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing = true;
    const done = current?.close();
    const settled = () => Promise.race([done, sleep(policy.closeMs, undefined, { ref: false })]);
    await settled();
    stop.abort(new Error('The worker has to stop.'));
    await settled();
  };
  return { close: () => (closed ??= close()) };
};
