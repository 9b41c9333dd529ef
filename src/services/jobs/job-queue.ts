import type { OutboxJob } from '../../models/outbox.model.js';
import type { JobStatus, JobView } from '../../schemas/job.js';
import type { QueueName } from '../../utils/queue-names.js';

/** Work to be done once, under an id that the one who asks for it chooses: the same id again is the same job. */
export type NewJob = OutboxJob;

/** A job in the hands of a worker. */
export interface RunningJob {
  id: string;
  name: string;
  data: Readonly<Record<string, unknown>>;
  /** How far it is, 0 to 100, for those who look. */
  progress: (percent: number) => Promise<void>;
  /** Fires when the worker has to stop; a job that gives up then is taken up again later. */
  signal: AbortSignal;
}

/** What works on the jobs of one queue. */
export interface JobProcessor {
  queue: QueueName;
  /**
   * Does the job. It may run more than once for one id, even twice at a time after a worker was taken for dead. A rejection is
   * tried again with a growing delay, until the tries are used up; one with
   * `PermanentFault` (see the event bus) is not.
   */
  handle: (job: RunningJob) => Promise<void>;
  /** Called when no try is left; rejections are logged. */
  gaveUp?: (job: Pick<RunningJob, 'id' | 'name' | 'data'>, reason: string) => Promise<void>;
}

export interface JobWorker {
  /** Takes no more jobs and waits for those in hand, up to a deadline; what is left then is taken over by another worker. */
  close: () => Promise<void>;
}

/** What hands jobs over: the relay of the outbox, and nobody in a request. */
export interface JobSink {
  /**
   * Adds a job that is not there yet; does nothing for an id that is.
   * @throws AppError UNAVAILABLE when the queue does not answer in time; whoever adds tries again later.
   */
  add: (job: NewJob) => Promise<void>;
}

export type OpenJobs = Record<Exclude<JobStatus, 'completed'>, number>;

/** The queues of background jobs: BullMQ on Redis, or its stand-in on MongoDB. */
export interface JobQueue extends JobSink {
  /** Newest first, below `beforeId`. @throws AppError UNAVAILABLE */
  list: (options: {
    queue?: QueueName | undefined;
    status?: JobStatus | undefined;
    beforeId?: string | undefined;
    limit: number;
  }) => Promise<JobView[]>;
  /** @throws AppError UNAVAILABLE */
  find: (id: string) => Promise<JobView | null>;
  /**
   * Gives a failed job all its tries again.
   * @throws AppError NOT_FOUND, JOB_STATE (it has not failed), UNAVAILABLE
   */
  retry: (id: string) => Promise<JobView>;
  /** How many jobs of the queue are not done. @throws AppError UNAVAILABLE */
  counts: (queue: QueueName) => Promise<OpenJobs>;
  /** Starts a worker in this process. */
  work: (processor: JobProcessor) => JobWorker;
  /** Closes what workers are left, then the rest. */
  close: () => Promise<void>;
}
