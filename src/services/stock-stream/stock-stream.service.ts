import { setImmediate as nextTurn } from 'node:timers/promises';
import { unavailable } from '../../utils/errors.js';
import { createCatchUp } from './catch-up.js';
import type { EventReplay } from './event-replay.js';
import { createEventRing, type EventRing, type SentEvent } from './event-ring.js';
import { createEventWriter } from './event-writer.js';
import { inParts } from './in-parts.js';
import type { StockFeedEvent } from './level-memory.js';
import { createProductLookup, type ProductLookupDependencies } from './product-lookup.js';
import { createSubscribers, type Subscriber, type Subscribers } from './subscribers.js';

export interface StockStreamDependencies extends ProductLookupDependencies {
  replay: EventReplay;
  metrics: { dropped: () => void };
  logger: { warn: (fields: object, message: string) => void };
  subscribersMax?: number;
}

/** Sent events that are kept for those who come back. */
const keptEvents = 1_000;
/** Writes that may wait for their products to be looked up; past it everybody is told to read anew. */
const gatheredMax = 20_000;
const retryAfterSeconds = 5;
/** What is sent to everybody in one turn of the loop, in characters, unless a single event is longer. */
const partMax = 32 * 1024;
/** After a break clients wait so long before they come back. */
const retryMs = 2_000;

const idLine = (token: string | null): string => (token === null ? '' : `id: ${token}\n`);
/** An id without data moves the place of a client that has not been sent anything else yet. */
const hello = (token: string | null): string => `retry: ${String(retryMs)}\n${idLine(token)}\n`;
/** Tells a client that it has missed something for good. */
const resetText = (token: string | null): string => `${idLine(token)}event: reset\ndata: {}\n\n`;

/** Sends events to everybody, in parts, so that each can leave before the next: slow is who has not taken what was there before. */
const createSending =
  (ring: Pick<EventRing, 'add'>, subscribers: Pick<Subscribers, 'sendAll'>) =>
  async (events: readonly SentEvent[]): Promise<void> => {
    for (const [index, part] of inParts(events, partMax).entries()) {
      if (index > 0) await nextTurn();
      ring.add(part);
      subscribers.sendAll(part.map(({ text }) => text).join(''));
    }
  };

/** The changes of stock as a stream of server-sent events: what the change feed tells of, to everybody who listens. */
export const createStockStream = (deps: StockStreamDependencies) => {
  const writer = createEventWriter(createProductLookup(deps));
  const ring = createEventRing(keptEvents);
  const subscribers = createSubscribers({ subscribersMax: deps.subscribersMax ?? 2_000, metrics: deps.metrics });
  const send = createSending(ring, subscribers);
  const catchUp = createCatchUp({ ring, replay: deps.replay, writer, subscribers });
  let gathered: StockFeedEvent[] = [];
  let reached: string | null = null;
  /** Everything up to there has been sent. */
  let place: string | null = null;
  let working: Promise<void> | null = null;

  const resetAll = (token: string | null): void => {
    writer.forget();
    ring.clear();
    subscribers.sendAll(resetText(token));
  };

  const tell = async (events: readonly StockFeedEvent[], upTo: string | null): Promise<void> => {
    if (events.length === 0) return;
    if (subscribers.size() === 0) {
      writer.keepUp(events);
      ring.clear();
      return;
    }
    ring.begin(place);
    try {
      await send(await writer.write(events));
    } catch (error) {
      deps.logger.warn({ err: error }, 'what the event stream had to say is lost; its clients read anew');
      resetAll(upTo);
    }
  };

  const work = async (): Promise<void> => {
    while (place !== reached) {
      const events = gathered;
      const upTo = reached;
      gathered = [];
      await tell(events, upTo);
      place = upTo;
    }
    // In the moment in which the loop has looked: whoever comes a tick later begins anew.
    working = null;
  };

  return {
    note: (event: StockFeedEvent): void => {
      gathered.push(event);
      if (gathered.length <= gatheredMax) return;
      gathered = [];
      resetAll(event.token);
    },
    /** Tells everybody what has been noted, in its own time; to be called when the cache has been healed of it. */
    flush: (token: string): void => {
      reached = token;
      if (place !== reached) working ??= work();
    },
    /**
     * Sends the stream to somebody, with what they have missed since `lastEventId` where that is given.
     * @returns what ends it
     * @throws AppError UNAVAILABLE when too many listen already, or the process stops
     */
    subscribe: async (subscriber: Subscriber, lastEventId: string | undefined): Promise<() => void> => {
      if (subscribers.isFull()) throw unavailable(retryAfterSeconds);
      if (lastEventId === undefined) subscribers.begin(subscriber, hello(place));
      else {
        await catchUp(lastEventId, (past) => subscribers.begin(subscriber, hello(null) + (past ?? resetText(place))));
      }
      return () => subscribers.remove(subscriber);
    },
    /** Has everybody read anew: the history that this has been told from is lost. */
    forget: (): void => resetAll(null),
    size: subscribers.size,
    close: subscribers.close,
  };
};

export type StockStream = ReturnType<typeof createStockStream>;
