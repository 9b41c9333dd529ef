import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { eventSchemas, eventTypes, parseEvent } from '../../../src/schemas/events.js';
import { orderCancelled, orderConfirmed, stockChanged } from '../../helpers/events.js';

const docs = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');

describe('the events’ schemas', () => {
  it.each(eventTypes)('when %s is looked up in docs/events.md, then its schema is the one in force', (type) => {
    const written = new RegExp(`### \`${type}\`\\s+\`\`\`json\\n([^]*?)\`\`\``).exec(docs)?.[1] ?? '{}';
    expect(JSON.parse(written)).toEqual(z.toJSONSchema(eventSchemas[type]));
  });

  it.each([orderConfirmed(), orderCancelled(), stockChanged()])(
    'when an event is whole, then it is read: $type',
    (event) => {
      expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
    },
  );

  it.each([
    ['another version', { version: 2 }],
    ['an unknown type', { type: 'order.lost' }],
    ['a field too many', { more: 1 }],
    ['data of another type', { data: { changes: [] } }],
    ['an id that is none', { id: '1' }],
    ['a time without a zone', { occurredAt: '2026-01-01T00:00:00' }],
  ])('when it has %s, then it is refused', (_, change) => {
    expect(() => parseEvent({ ...orderConfirmed(), ...change })).toThrow(z.ZodError);
  });
});
