import { eventSchemas, type DomainEvent, type EventType } from '../../src/schemas/events.js';

/** The event that a message is. @throws Error when it is none that the schemas know */
export const anyEventOf = (content: Buffer): DomainEvent => {
  const event = JSON.parse(content.toString('utf8')) as { type: EventType };
  return eventSchemas[event.type].parse(event);
};
