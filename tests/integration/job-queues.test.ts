import { jest } from '@jest/globals';
import { PermanentFault } from '../../src/services/messaging/event-bus.js';
import type { JobQueue, RunningJob } from '../../src/services/jobs/job-queue.js';
import type { JobStatus } from '../../src/schemas/job.js';
import { AppError } from '../../src/utils/errors.js';
import { newId } from '../../src/utils/uuid.js';
import { bullWorld, hastyPolicy, someJob, storedWorld, testPolicy, type QueueWorld } from '../helpers/job-queues.js';
import { describeMongo } from '../helpers/mongo.js';
import { describeRedis } from '../helpers/redis.js';
import { spawnService } from '../helpers/service.js';
import { waitFor } from '../helpers/wait-for.js';

// The first who starts a process compiles all of them.
jest.setTimeout(300_000);

type Opened = Awaited<ReturnType<QueueWorld['open']>>;

/** Something that a test lets happen when it wants to. */
const gate = () => {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
};

/** Waits until the worker is told to stop, and gives up then. */
const untilStopped = ({ signal }: RunningJob): Promise<void> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));

const itKeepsTheContract = (world: QueueWorld) => {
  let opened: Opened;
  let jobs: JobQueue;
  const others: Opened[] = [];
  const anotherProcess = async (policy = testPolicy): Promise<Opened> => {
    const other = await world.open(policy);
    others.push(other);
    return other;
  };

  beforeEach(async () => {
    opened = await world.open();
    jobs = opened.jobs;
    // Its connection is made in the background.
    await waitFor(() => jobs.counts('mail-queue'));
  });
  afterEach(async () => {
    await Promise.all([opened, ...others.splice(0)].map((each) => each.close()));
  });

  const becomes = (id: string, status: JobStatus) =>
    waitFor(async () => (await jobs.find(id))?.status === status, { what: `${id} ${status}` });

  it('when a job is added twice under one id, then it is done once, and shown as completed', async () => {
    const seen: unknown[] = [];
    const job = someJob();
    await jobs.add(job);
    await jobs.add(job);
    jobs.work({
      queue: job.queue,
      handle: async ({ id, name, data, progress }) => {
        seen.push({ id, name, data });
        await progress(40);
      },
    });
    await becomes(job.id, 'completed');
    await jobs.add(job);
    const last = someJob();
    await jobs.add(last);
    await becomes(last.id, 'completed');
    expect(seen.filter((each) => (each as { id: string }).id === job.id)).toEqual([
      { id: job.id, name: job.name, data: job.data },
    ]);
    expect(await jobs.find(job.id)).toMatchObject({ ...job, progress: 100, attempts: 1, reason: null });
    await waitFor(() => opened.tried.includes('done'));
  });

  it('when a job fails once, then it is tried again, and its progress and reason are shown meanwhile', async () => {
    const job = someJob();
    const second = gate();
    let tries = 0;
    await jobs.add(job);
    jobs.work({
      queue: job.queue,
      handle: async ({ progress }) => {
        await progress(30);
        if (++tries === 1) throw new Error('the first try');
        await second.passed;
      },
    });
    await waitFor(() => tries === 2);
    await waitFor(async () => (await jobs.find(job.id))?.status === 'active');
    expect(await jobs.find(job.id)).toMatchObject({ progress: 30, reason: 'the first try', attempts: 2 });
    second.open();
    await becomes(job.id, 'completed');
    await waitFor(() => opened.tried.length === 2);
    expect(opened.tried).toEqual(['retried', 'done']);
  });

  it('when every try fails, then it has failed after the last, its owner is told once, and a retry gives it all tries again', async () => {
    const job = someJob();
    const told: string[] = [];
    let tries = 0;
    let broken = true;
    await jobs.add(job);
    jobs.work({
      queue: job.queue,
      handle: () => {
        tries++;
        return broken ? Promise.reject(new Error(`try ${tries}`)) : Promise.resolve();
      },
      gaveUp: ({ id }, reason) => {
        told.push(`${id} ${reason}`);
        return Promise.resolve();
      },
    });
    await becomes(job.id, 'failed');
    await waitFor(() => told.length > 0);
    expect(told).toEqual([`${job.id} try ${testPolicy.attemptsMax}`]);
    expect(tries).toBe(testPolicy.attemptsMax);
    expect(await jobs.list({ status: 'failed', limit: 10 })).toMatchObject([{ id: job.id }]);
    await expect(jobs.retry(newId())).rejects.toMatchObject({ code: 'NOT_FOUND' });

    broken = false;
    await jobs.retry(job.id);
    await becomes(job.id, 'completed');
    await expect(jobs.retry(job.id)).rejects.toMatchObject({ code: 'JOB_STATE', details: { status: 'completed' } });
  });

  it('when a fault is permanent, then there is no second try', async () => {
    const job = someJob();
    let tries = 0;
    await jobs.add(job);
    jobs.work({ queue: job.queue, handle: () => Promise.reject(new PermanentFault(`nobody can: ${++tries}`)) });
    await becomes(job.id, 'failed');
    expect(await jobs.find(job.id)).toMatchObject({ reason: 'nobody can: 1', attempts: 1 });
  });

  it('when there are more jobs than hands, then no more are in hand at once than the policy says', async () => {
    const open = gate();
    let inHand = 0;
    let most = 0;
    const made = [1, 2, 3, 4, 5].map(() => someJob());
    for (const job of made) await jobs.add(job);
    const before = await jobs.counts('mail-queue');
    jobs.work({
      queue: 'mail-queue',
      handle: async () => {
        most = Math.max(most, ++inHand);
        await open.passed;
        inHand--;
      },
    });
    await waitFor(() => inHand === testPolicy.concurrency);
    expect(before.waiting).toBe(5);
    expect((await jobs.counts('mail-queue')).active).toBe(testPolicy.concurrency);
    open.open();
    for (const { id } of made) await becomes(id, 'completed');
    expect(most).toBe(testPolicy.concurrency);
  });

  it('when listed page by page, then each job of that queue and status comes once, newest first', async () => {
    const made = [1, 2, 3, 4, 5].map((at) => someJob({ queue: 'report-queue', id: newId(Date.now() + at) }));
    for (const job of made) await jobs.add(job);
    const other = someJob();
    await jobs.add(other);
    const seen: string[] = [];
    for (let beforeId: string | undefined; ;) {
      const page = await jobs.list({ queue: 'report-queue', status: 'waiting', beforeId, limit: 2 });
      seen.push(...page.map(({ id }) => id));
      beforeId = seen.at(-1);
      if (page.length < 2) break;
    }
    expect(seen).toEqual(made.map(({ id }) => id).reverse());
    expect(await jobs.list({ queue: 'report-queue', status: 'failed', limit: 10 })).toEqual([]);
    expect((await jobs.list({ limit: 100 })).map(({ id }) => id)).toEqual(expect.arrayContaining([other.id, ...seen]));
    jobs.work({ queue: 'mail-queue', handle: () => Promise.resolve() });
    await becomes(other.id, 'completed');
  });

  it('when a worker is closed while a job is in hand, then the job is finished first', async () => {
    const job = someJob();
    const open = gate();
    const started = gate();
    await jobs.add(job);
    const worker = jobs.work({
      queue: 'mail-queue',
      handle: async () => {
        started.open();
        await open.passed;
      },
    });
    await started.passed;
    const closed = worker.close();
    open.open();
    await closed;
    expect(await jobs.find(job.id)).toMatchObject({ status: 'completed' });
  });

  it('when a job does not end in time for the stop, then it is told, given back, and no try is used up', async () => {
    const job = someJob();
    const started = gate();
    await jobs.add(job);
    const hasty = await anotherProcess(hastyPolicy);
    const worker = hasty.jobs.work({
      queue: 'mail-queue',
      handle: (running) => {
        started.open();
        return untilStopped(running);
      },
    });
    await started.passed;
    await worker.close();
    expect(await jobs.find(job.id)).toMatchObject({ status: 'waiting' });
    await waitFor(() => hasty.tried.length > 0);
    expect(hasty.tried).toEqual(['stopped']);
    const { jobs: next } = await anotherProcess();
    let tries = 0;
    next.work({ queue: 'mail-queue', handle: () => Promise.reject(new Error(`try ${++tries}`)) });
    await becomes(job.id, 'failed');
    expect(tries).toBe(testPolicy.attemptsMax);
  });
};

const itSurvivesItsWorkers = (world: QueueWorld) => {
  it('when a worker is killed in mid-job, then another takes the job over once its lease has run out', async () => {
    const { jobs, close } = await world.open(hastyPolicy);
    await waitFor(() => jobs.counts('mail-queue'));
    const job = someJob();
    await jobs.add(job);
    const worker = spawnService(world.settings(), ['tests/helpers/crash-worker.ts']);
    await waitFor(() => worker.stdout().includes(`taken ${job.id}`), { deadlineMs: 90_000, what: 'the worker' });
    const done: string[] = [];
    jobs.work({ queue: 'mail-queue', handle: ({ id }) => Promise.resolve(void done.push(id)) });
    expect(done).toEqual([]);
    await worker.stop('SIGKILL');
    await waitFor(async () => (await jobs.find(job.id))?.status === 'completed', { what: 'the takeover' });
    expect(done).toEqual([job.id]);
    expect((await jobs.find(job.id))?.attempts).toBe(2);
    await close();
  });
};

describeRedis('the workers on BullMQ', () => {
  itSurvivesItsWorkers(bullWorld());
});

describeMongo('the workers on MongoDB', () => {
  itSurvivesItsWorkers(storedWorld());
});

describeRedis('the job queue on BullMQ', () => {
  itKeepsTheContract(bullWorld());
});

describeRedis('the job queue on BullMQ in an outage', () => {
  const world = bullWorld();

  it('when Redis is frozen, then a job is refused in time, and taken once Redis goes on', async () => {
    const { jobs, close } = await world.open(hastyPolicy);
    await waitFor(() => jobs.counts('mail-queue'));
    const job = someJob();
    world.redis().freeze();
    try {
      await expect(jobs.add(job)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(jobs.list({ limit: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    } finally {
      world.redis().thaw();
    }
    // What was on its way when it was given up may have arrived: the same id is the same job.
    await jobs.add(job);
    jobs.work({ queue: job.queue, handle: () => Promise.resolve() });
    await waitFor(async () => (await jobs.find(job.id))?.status === 'completed');
    await close();
  });

  it('when Redis is killed and comes back empty, then jobs are refused meanwhile, and the same worker does those that come after', async () => {
    const { jobs, close } = await world.open(hastyPolicy);
    const done: string[] = [];
    await waitFor(() => jobs.counts('mail-queue'));
    jobs.work({ queue: 'mail-queue', handle: ({ id }) => Promise.resolve(void done.push(id)) });
    await world.redis().kill();
    const job = someJob();
    await waitFor(() =>
      jobs.add(job).then(
        () => false,
        (error: unknown) => error instanceof AppError && error.code === 'UNAVAILABLE',
      ),
    );
    await world.redis().restart();
    await waitFor(() => jobs.add(job).then(() => true));
    await waitFor(() => done.includes(job.id));
    await close();
  });

  it('when Redis was never there, then the queue can be made and closed', async () => {
    await world.redis().kill();
    try {
      const { jobs, close } = await world.open(hastyPolicy);
      const worker = jobs.work({ queue: 'mail-queue', handle: () => Promise.resolve() });
      await expect(jobs.add(someJob())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await worker.close();
      await close();
    } finally {
      await world.redis().restart();
    }
  });
});

describeMongo('the job queue on MongoDB', () => {
  itKeepsTheContract(storedWorld());
});
