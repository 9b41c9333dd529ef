import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedPosition } from '../models/feed-position.model.js';
import { FeedLost, type FeedBatch, type FeedCursor, type ProductFeed } from '../models/product-feed.js';
import { isMongoUnavailable } from '../utils/mongo-faults.js';
import { fullJitterMs } from '../utils/retry.js';
import { createForgetting } from './feed-forgetting.js';

export interface FeedDependencies {
  feed: ProductFeed;
  position: FeedPosition;
  /** Takes events in; what follows from them is done by `flush`. */
  consume: (events: FeedBatch['events']) => void;
  flush: () => Promise<void>;
  /** Told when everything up to a place has been flushed. */
  reached: (token: string) => void;
  /** Whether everything that was flushed has also been confirmed, so that nobody need ever look at it again. */
  isSettled: () => boolean;
  /** Forgets all that was derived from a history that is lost. May reject, and is tried again then. */
  startAnew: () => Promise<void>;
  metrics: { events: (count: number) => void; reopened: (reason: 'error' | 'lost') => void };
  logger: { warn: (fields: object, message: string) => void; error: (fields: object, message: string) => void };
}

/**
 * Between an event and what follows from it. The process that wrote has invalidated by then, so that nothing is invalidated
 * twice; a busy product's events become one; and the database is asked ten times a second and not after every commit, which
 * costs more than the events.
 */
const gatherMs = 100;
const idleWaitMs = 1_000;
const startWaitMs = 20;
const savesMs = { busy: 1_000, idle: 60_000 };
const retries = { baseMs: 50, capMs: 2_000 };
/** So many refusals in a row, of a server that is there, and the place is taken for lost. */
const refusalsMax = 5;
const closeMsMax = 1_500;

/** Where the feed stands, and how much of that the database knows. */
const createPlace = ({ position, isSettled }: Pick<FeedDependencies, 'position' | 'isSettled'>) => {
  let at: string | null = null;
  let savedAt: string | null = null;
  let savedMs = -Infinity;
  let busy = false;
  return {
    /** Null when there is none: the feed begins now. */
    load: async (): Promise<string | null> => (at ??= await position.load()),
    reach: (token: string | null, withEvents: boolean): void => {
      at = token;
      busy ||= withEvents;
    },
    /** Forgets a place from which there is no way on. */
    lose: async (): Promise<void> => {
      const lost = at;
      at = null;
      savedAt = null;
      if (lost !== null) await position.forget(lost);
    },
    save: async (now = false): Promise<void> => {
      if (at === null || at === savedAt || !isSettled()) return;
      if (!now && performance.now() - savedMs < (busy ? savesMs.busy : savesMs.idle)) return;
      const place = at;
      await position.advance(place);
      savedAt = place;
      savedMs = performance.now();
      busy = false;
    },
  };
};

/**
 * Follows the feed from where its effects were last known to be done, through errors of any kind, until it is closed. Where the
 * history is lost, a fresh feed is opened first and everything forgotten then: what is believed from there on is no older
 * than the feed.
 */
export const createFeed = (deps: FeedDependencies) => {
  const { metrics, logger } = deps;
  const closing = new AbortController();
  const { signal } = closing;
  const isClosed = (): boolean => signal.aborted;
  const forgetting = createForgetting({ forget: deps.startAnew, signal });
  const isSettled = (): boolean => forgetting.isDone() && deps.isSettled();
  const place = createPlace({ position: deps.position, isSettled });
  let cursor: FeedCursor | null = null;
  let isLost = false;
  let caughtUp = false;
  let following: Promise<void> | null = null;

  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);

  const open = async (): Promise<FeedCursor> => {
    const from = await place.load();
    const opened = await deps.feed.open(from);
    // Only now: what is written between the forgetting and the opening would be heard of by nobody.
    if (from === null || isLost) forgetting.begin();
    isLost = false;
    place.reach(opened.token, false);
    return opened;
  };

  const step = async (opened: FeedCursor): Promise<void> => {
    const { events, token, more } = await opened.next(caughtUp ? idleWaitMs : startWaitMs);
    deps.consume(events);
    place.reach(token, events.length > 0);
    metrics.events(events.length);
    if (events.length > 0) {
      if (caughtUp && !more) await pause(gatherMs);
      await deps.flush();
    }
    if (!more) caughtUp = true;
    deps.reached(token);
    await place.save();
  };

  const judge = async (error: unknown, tries: number, refusals: number): Promise<void> => {
    isLost ||= error instanceof FeedLost || refusals >= refusalsMax;
    metrics.reopened(isLost ? 'lost' : 'error');
    if (!isLost && tries === 0) logger.warn({ err: error }, 'the change feed broke off; trying until it is open again');
    if (!isLost) return;
    logger.error({ err: error }, 'the change feed has lost its place; the cache will be forgotten');
    await place.lose();
  };

  const follow = async (): Promise<void> => {
    let refusals = 0;
    for (let tries = 0; !isClosed(); tries++) {
      try {
        cursor = await open();
        for (; !isClosed(); tries = 0, refusals = 0) await step(cursor);
      } catch (error) {
        if (isClosed()) return;
        void cursor?.close();
        cursor = null;
        refusals = isMongoUnavailable(error) ? 0 : refusals + 1;
        await judge(error, tries, refusals).catch(() => undefined);
        await pause(retries.baseMs + fullJitterMs(tries, retries.baseMs, retries.capMs));
      }
    }
  };

  return {
    start: (): void => void (following ??= follow()),
    /** Whether everything that was written before the start has been seen. */
    hasCaughtUp: (): boolean => caughtUp,
    /** Ends at once; what was gathered is seen to, so that the next start has little to repeat. */
    close: (): Promise<void> => {
      closing.abort();
      void cursor?.close();
      const rest = (following ?? Promise.resolve()).then(deps.flush).then(() => place.save(true));
      return Promise.race([rest, sleep(closeMsMax, undefined, { ref: false })]).catch(() => undefined);
    },
  };
};

export type Feed = ReturnType<typeof createFeed>;
