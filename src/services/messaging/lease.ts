import type { LeaseStore } from '../../models/lease.model.js';

export interface LeaseOptions {
  store: LeaseStore;
  /** What is leased. */
  name: string;
  /** This process. */
  holder: string;
  logger: { warn: (fields: object, message: string) => void };
  /** How long a holder that has gone silent keeps it. */
  ttlMs?: number;
  everyMs?: number;
}

/**
 * Holds a lease, or waits for it. It counts from when the renewal was sent, by this process's own clock, so the holder gives up before
 * the database lets another in.
 */
export const createLease = ({ store, name, holder, logger, ttlMs = 2_000, everyMs = 500 }: LeaseOptions) => {
  let heldUntilMs = 0;
  let term = 0;
  let asking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failed = false;

  const ask = async (): Promise<void> => {
    const sentMs = performance.now();
    try {
      const answer = await store.acquire(name, holder, ttlMs);
      heldUntilMs = answer.held ? sentMs + ttlMs : 0;
      term = answer.term;
      failed = false;
    } catch (error) {
      if (!failed) logger.warn({ err: error, lease: name }, 'renewing a lease failed');
      failed = true;
    }
  };

  /** A question that hangs with the database is not joined by others. */
  const askOnce = (): Promise<void> => (asking ??= ask().finally(() => (asking = undefined)));

  return {
    /** Resolves once the database has been asked for the first time. */
    start: async (): Promise<void> => {
      timer = setInterval(() => void askOnce(), everyMs);
      timer.unref();
      await askOnce();
    },
    isHeld: (): boolean => performance.now() < heldUntilMs,
    /** Which holder this is, counted from the first; what an earlier one began is over. */
    term: (): number => term,
    /** Leaves it to the next one. */
    stop: async (): Promise<void> => {
      clearInterval(timer);
      await asking;
      heldUntilMs = 0;
      await store.release(name, holder).catch(() => undefined);
    },
  };
};

export type Lease = ReturnType<typeof createLease>;
