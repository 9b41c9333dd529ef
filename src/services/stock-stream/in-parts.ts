import type { SentEvent } from './event-ring.js';

/** Splits events, in their order, into parts of at most so many characters; an event that is longer is a part of its own. */
export const inParts = (events: readonly SentEvent[], charactersMax: number): SentEvent[][] => {
  const parts: SentEvent[][] = [];
  let part: SentEvent[] = [];
  let characters = 0;
  for (const event of events) {
    if (part.length > 0 && characters + event.text.length > charactersMax) {
      parts.push(part);
      part = [];
      characters = 0;
    }
    part.push(event);
    characters += event.text.length;
  }
  if (part.length > 0) parts.push(part);
  return parts;
};
