import type { SentEvent } from './event-ring.js';
import { createLevelMemory, type StockFeedEvent } from './level-memory.js';
import type { ProductLookup, Standing } from './product-lookup.js';
import { crossings, eventText, shownLevel, type StockEventName } from './stock-level.js';

/** Whether an event concerns the stock: it moved, or the product came or went. */
const concerns = ({ operation, fields }: StockFeedEvent): boolean =>
  operation !== 'update' || fields.stock !== undefined || fields.seq !== undefined || fields.deleted === true;

const isRemoval = ({ operation, fields }: StockFeedEvent): boolean => operation === 'delete' || fields.deleted === true;

const newestOf = (events: readonly StockFeedEvent[]): ReadonlyMap<string, string> =>
  new Map(events.map(({ id, token }) => [id, token]));

/** Makes of what the change feed says what is sent. */
export const createEventWriter = (lookup: ProductLookup) => {
  const memory = createLevelMemory();

  const isUnknown = (event: StockFeedEvent): boolean =>
    event.operation === 'update' && !isRemoval(event) && memory.get(event.id) === undefined;

  /** The first event of a product that was looked up finds it so already. */
  const standingAt = (event: StockFeedEvent, looked: ReadonlyMap<string, Standing>): Standing => {
    const known = memory.get(event.id);
    const just = looked.get(event.id);
    if (known === undefined && just?.level) {
      memory.keep(just.level);
      return just;
    }
    return { level: memory.apply(event) ?? null, before: known?.stock ?? null };
  };

  return {
    /**
     * What is sent of these events, in their order. Of several changes of a product only the newest is told, but each crossing.
     * @throws what looking products up throws
     */
    write: async (events: readonly StockFeedEvent[]): Promise<SentEvent[]> => {
      const relevant = events.filter(concerns);
      const newest = newestOf(relevant);
      const looked = await lookup.standings(relevant.filter(isUnknown));
      return events.flatMap((event) => {
        const { id, token } = event;
        if (!concerns(event)) {
          memory.apply(event);
          return [];
        }
        if (isRemoval(event)) {
          memory.forget(id);
          return [{ token, text: eventText(token, 'product.removed', { id }) }];
        }
        const { level, before } = standingAt(event, looked);
        if (level === null) return [];
        const names: StockEventName[] = newest.get(id) === token ? ['stock.changed'] : [];
        if (event.operation === 'update') names.push(...crossings(before, level));
        const data = shownLevel(level);
        return names.map((name) => ({ token, text: eventText(token, name, data) }));
      });
    },

    /** What is sent of events long past: where their products stand by now. */
    retell: async (events: readonly StockFeedEvent[]): Promise<string> => {
      const texts: string[] = [];
      for (const [id, token] of newestOf(events.filter(concerns))) {
        const level = memory.get(id) ?? (await lookup.level(id));
        texts.push(
          level === null
            ? eventText(token, 'product.removed', { id })
            : eventText(token, 'stock.changed', shownLevel(level)),
        );
      }
      return texts.join('');
    },

    /** To be called when events were not told of here: nothing that is remembered can be trusted. */
    forget: memory.clear,

    /** Lets those products that are known already keep up, at next to no cost, while nobody listens. */
    keepUp: (events: readonly StockFeedEvent[]): void => {
      for (const event of events) {
        if (isRemoval(event)) memory.forget(event.id);
        else memory.apply(event);
      }
    },
  };
};

export type EventWriter = ReturnType<typeof createEventWriter>;
