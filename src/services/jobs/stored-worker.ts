import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDocument } from '../../models/job.model.js';
import type { JobHold, JobStore } from '../../models/job-store.js';
import { fullJitterMs } from '../../utils/retry.js';
import { newId } from '../../utils/uuid.js';
import { isFinalFault, reasonOf, type JobLogger, type Outcomes } from './job-outcome.js';
import { backoffMsAfter, type JobPolicy } from './job-policy.js';
import type { JobProcessor, JobWorker } from './job-queue.js';

export interface StoredWorkerDependencies {
  store: JobStore;
  outcomes: Outcomes;
  logger: Pick<JobLogger, 'warn'>;
  now: () => Date;
  policy: JobPolicy;
  /** How often an idle worker looks for jobs that others have added. */
  pollMs: number;
}

/** A worker on stored jobs, which can be told that there is something to do. */
export interface StoredWorker extends JobWorker {
  wake: () => void;
}

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

/** Does one job under its lease and writes down what came of it; never rejects for what the job does. */
const createJobRun = ({ store, outcomes, now, policy }: StoredWorkerDependencies, processor: JobProcessor) => {
  const settleFailure = async (job: JobDocument, hold: JobHold, error: unknown, seconds: number): Promise<void> => {
    const { queue, attempts } = job;
    const reason = reasonOf(error);
    if (!isFinalFault(error) && attempts < policy.attemptsMax) {
      const kept = await store.postpone(hold, later(now(), backoffMsAfter(attempts, policy)), reason);
      if (kept) outcomes.note(queue, job._id, 'retried', seconds, reason);
      return;
    }
    if (!(await store.fail(hold, now(), reason))) return;
    outcomes.note(queue, job._id, 'failed', seconds, reason);
    await outcomes.gaveUp(processor, { id: job._id, name: job.name, data: job.data }, reason);
  };

  return async (job: JobDocument, hold: JobHold, stop: AbortSignal): Promise<void> => {
    const startedMs = performance.now();
    const seconds = (): number => (performance.now() - startedMs) / 1000;
    const lost = new AbortController();
    const keepAlive = setInterval(() => {
      store.extend(hold, later(now(), policy.leaseMs)).then(
        (good) => good || lost.abort(new Error('Another worker has taken the job over.')),
        // The next one may arrive; if none does, the lease runs out.
        () => undefined,
      );
    }, policy.leaseMs / 3);
    const progress = async (percent: number): Promise<void> => {
      await store.progress(hold, percent);
    };
    try {
      // Its workers have died so often without a word that it is the job that kills them.
      if (job.attempts > policy.attemptsMax) throw new Error(`its worker was lost ${policy.attemptsMax} times`);
      const signal = AbortSignal.any([stop, lost.signal]);
      await processor.handle({ id: job._id, name: job.name, data: job.data, progress, signal });
      if (await store.complete(hold, now())) outcomes.note(job.queue, job._id, 'done', seconds());
    } catch (error) {
      if (!stop.aborted) await settleFailure(job, hold, error, seconds());
      else {
        await store.giveBack(hold, now());
        outcomes.note(job.queue, job._id, 'stopped', seconds());
      }
    } finally {
      clearInterval(keepAlive);
    }
  };
};

/** Something to wait on for a time, or until somebody calls; a call that comes while nobody waits ends the next wait. */
const createBell = () => {
  let rung = false;
  let ring = (): void => undefined;
  return {
    ring: (): void => {
      rung = true;
      ring();
    },
    wait: async (ms: number): Promise<void> => {
      const called = new AbortController();
      ring = () => called.abort();
      if (!rung) await sleep(ms, undefined, { signal: called.signal }).catch(() => undefined);
      rung = false;
    },
  };
};

/** Works on the jobs of one queue, as many at a time as the policy says, until it is closed. */
export const startStoredWorker = (deps: StoredWorkerDependencies, processor: JobProcessor): StoredWorker => {
  const { store, logger, now, policy, pollMs } = deps;
  const run = createJobRun(deps, processor);
  const bell = createBell();
  const stop = new AbortController();
  const inHand = new Set<Promise<void>>();
  let closing = false;

  const take = async (): Promise<void> => {
    while (!closing && inHand.size < policy.concurrency) {
      const lease = newId();
      const at = now();
      const job = await store.claim(processor.queue, lease, at, later(at, policy.leaseMs));
      if (job === null) return;
      const running: Promise<void> = run(job, { _id: job._id, lease }, stop.signal)
        .catch((error: unknown) => logger.warn({ err: error, job: job._id }, 'the end of a job could not be kept'))
        .finally(() => {
          inHand.delete(running);
          bell.ring();
        });
      inHand.add(running);
    }
  };

  const loop = async (): Promise<void> => {
    for (let failures = 0; !closing;) {
      try {
        await take();
        failures = 0;
      } catch (error) {
        if (failures++ === 0) logger.warn({ err: error, queue: processor.queue }, 'no jobs can be taken for now');
      }
      await bell.wait(pollMs + fullJitterMs(failures, failures === 0 ? 0 : 100, 10_000));
    }
  };

  const looping = loop();
  const settled = (): Promise<unknown> =>
    Promise.race([Promise.all([looping, ...inHand]), sleep(policy.closeMs, undefined, { ref: false })]);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing = true;
    bell.ring();
    await settled();
    stop.abort(new Error('The worker has to stop.'));
    await settled();
  };
  return { wake: bell.ring, close: () => (closed ??= close()) };
};
