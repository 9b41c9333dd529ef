import type { EventReplay } from './event-replay.js';
import type { EventRing } from './event-ring.js';
import type { EventWriter } from './event-writer.js';
import type { Subscribers } from './subscribers.js';

export interface CatchUpDependencies {
  ring: EventRing;
  replay: EventReplay;
  writer: Pick<EventWriter, 'retell'>;
  subscribers: Subscribers;
}

/** A place in the feed; whatever else a client sends is a place of no history. */
const placePattern = /^82[0-9A-F]{16,1022}$/;
/** What may come while the past is looked up, in characters. */
const heldMax = 512 * 1024;

/**
 * Looks up what somebody has missed since a place, holds back what comes meanwhile, and hands both to `begin` in the moment from
 * which on they listen themselves; null when it can no longer be told, so that they have to read anew what they show.
 */
export const createCatchUp = ({ ring, replay, writer, subscribers }: CatchUpDependencies) => {
  const missed = async (token: string): Promise<string | null> => {
    if (!placePattern.test(token)) return null;
    const kept = ring.behind(token);
    if (kept !== null) return kept.map(({ text }) => text).join('');
    const events = await replay(token);
    return events && writer.retell(events);
  };

  return async (token: string, begin: (past: string | null) => void): Promise<void> => {
    let held = '';
    const holder = {
      send: (text: string): boolean => {
        held += text;
        return held.length <= heldMax;
      },
      end: () => undefined,
    };
    subscribers.add(holder);
    try {
      const past = await missed(token);
      begin(past === null || held.length > heldMax ? null : past + held);
    } finally {
      subscribers.remove(holder);
    }
  };
};
