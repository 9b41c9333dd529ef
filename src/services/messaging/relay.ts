import type { OutboxStore } from '../../models/outbox-store.js';
import type { OutboxDocument, OutboxJob } from '../../models/outbox.model.js';
import type { JobSink } from '../jobs/job-queue.js';
import { AppError } from '../../utils/errors.js';
import type { EventPublisher, PublishOutcome } from './event-bus.js';
import type { Lease } from './lease.js';
import { createLoop } from './loop.js';
import type { RelayMetrics } from './messaging-metrics.js';
import { eventsOf } from './outbox-events.js';
import { createSweep, type HandOver, type Sweep } from './sweep.js';

export interface RelayDependencies {
  outbox: Pick<OutboxStore, 'read' | 'settle'>;
  bus: EventPublisher;
  /** None where nothing that has jobs is written. */
  jobs: JobSink | undefined;
  /** Held by the one process that relays. */
  lease: Pick<Lease, 'start' | 'isHeld' | 'stop'>;
  metrics: RelayMetrics;
  logger: { warn: (fields: object, message: string) => void };
}

/**
 * How soon the outbox is looked at again. A find that finds nothing is answered from the index, while a change stream would cost the
 * database something for every batch: see docs/events.md for what idling costs.
 */
const eventsPace = { pollMs: 50, idleMs: 100 } as const;
const jobsPace = { pollMs: 200, idleMs: 250 } as const;
/** Documents on their way to the broker at once; each has the events of one batch. */
const eventsPage = 250;
const jobsPage = 50;

const overall = (outcomes: readonly PublishOutcome[]): HandOver =>
  outcomes.includes('failed') ? 'failed' : outcomes.includes('returned') ? 'refused' : 'handed';

/** Publishes the events of the documents, all at once. */
const createEventsHandOver = ({ bus, metrics }: Pick<RelayDependencies, 'bus' | 'metrics'>) => {
  return async (documents: readonly OutboxDocument[]): Promise<HandOver[]> => {
    const messages = documents.map(eventsOf);
    const all = messages.flat();
    const outcomes = await bus.publish(all);
    all.forEach(({ type }, index) => metrics.published(type, outcomes[index] ?? 'failed'));
    let from = 0;
    return documents.map(({ createdAt }, index) => {
      const to = from + (messages[index]?.length ?? 0);
      const outcome = overall(outcomes.slice(from, to));
      from = to;
      if (outcome === 'handed') metrics.relayLag(Date.now() - createdAt.getTime());
      return outcome;
    });
  };
};

const isAway = (error: unknown): boolean => error instanceof AppError && error.code === 'UNAVAILABLE';

/** Adds the jobs of the documents to their queues. */
const createJobsHandOver = (jobs: JobSink, { metrics, logger }: Pick<RelayDependencies, 'metrics' | 'logger'>) => {
  let away = false;
  const note = (isAwayNow: boolean, error?: unknown): void => {
    if (isAwayNow && !away) logger.warn({ err: error }, 'the job queue is away; jobs wait in the database');
    away = isAwayNow;
  };
  const add = async (job: OutboxJob): Promise<HandOver> => {
    try {
      await jobs.add(job);
      metrics.jobs('added');
      note(false);
      return 'handed';
    } catch (error) {
      metrics.jobs('failed');
      if (isAway(error)) {
        note(true, error);
        return 'failed';
      }
      logger.warn({ err: error, queue: job.queue, job: job.id }, 'a job was not taken; it is tried again');
      return 'refused';
    }
  };
  return (documents: readonly OutboxDocument[]): Promise<HandOver[]> =>
    Promise.all(
      documents.map(async ({ jobs: wanted = [] }): Promise<HandOver> => {
        const added = await Promise.all(wanted.map(add));
        return added.find((each) => each === 'failed') ?? added.find((each) => each === 'refused') ?? 'handed';
      }),
    );
};

/**
 * Publishes the outbox, one process at a time, and takes out of it what is confirmed; jobs go to their queues the same way, and
 * neither waits for the other.
 */
export const createRelay = (dependencies: RelayDependencies) => {
  const { outbox, bus, jobs, lease, logger } = dependencies;
  const createRounds = (what: string, sweep: Sweep) => {
    const loop = createLoop({ what, logger, step: sweep.step });
    return {
      start: loop.start,
      stop: async (): Promise<void> => {
        await loop.stop();
        await sweep.finish();
      },
    };
  };
  const events = createSweep({
    part: 'events',
    outbox,
    handOver: createEventsHandOver(dependencies),
    isOpen: () => lease.isHeld() && bus.isUp(),
    ...eventsPace,
    pageSize: eventsPage,
  });
  const loops = [createRounds('relay of events', events)];
  if (jobs) {
    const handOver = createJobsHandOver(jobs, dependencies);
    const sweep = createSweep({
      part: 'jobs',
      outbox,
      handOver,
      isOpen: lease.isHeld,
      ...jobsPace,
      pageSize: jobsPage,
    });
    loops.push(createRounds('relay of jobs', sweep));
  }
  return {
    start: async (): Promise<void> => {
      await lease.start();
      for (const loop of loops) loop.start();
    },
    /** Whether this process is the one that relays. */
    isLeader: lease.isHeld,
    /** Finishes what is on its way and leaves the rest to the next process. */
    stop: async (): Promise<void> => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await lease.stop();
    },
  };
};

export type Relay = ReturnType<typeof createRelay>;
