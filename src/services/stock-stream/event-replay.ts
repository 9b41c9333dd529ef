import type { ProductFeed } from '../../models/product-feed.js';
import type { StockFeedEvent } from './level-memory.js';

export interface EventReplayDependencies {
  feed: ProductFeed;
}

/** At most so many writes are gone through for one who was away, and at most for so long. */
const eventsMax = 10_000;
const replayMsMax = 2_000;
/** So many at once, whoever else comes back starts anew. */
const atOnceMax = 2;
const replyWaitMs = 20;

/** What has happened since a place that lies too far back to be remembered, from the database's own history. */
export const createEventReplay = ({ feed }: EventReplayDependencies) => {
  let running = 0;

  const readOn = async (token: string): Promise<StockFeedEvent[] | null> => {
    const deadlineMs = performance.now() + replayMsMax;
    const cursor = await feed.open(token);
    try {
      const events: StockFeedEvent[] = [];
      for (;;) {
        const batch = await cursor.next(replyWaitMs);
        events.push(...batch.events);
        if (!batch.more) return events;
        if (events.length >= eventsMax || performance.now() > deadlineMs) return null;
      }
    } finally {
      void cursor.close();
    }
  };

  /** The events since the place; null when they are too many, too old, or not to be had. */
  return async (token: string): Promise<StockFeedEvent[] | null> => {
    if (running >= atOnceMax) return null;
    running++;
    try {
      return await readOn(token);
    } catch {
      return null;
    } finally {
      running--;
    }
  };
};

export type EventReplay = ReturnType<typeof createEventReplay>;
