import { randomUUID } from 'node:crypto';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * A new UUIDv7 (RFC 9562 section 5.7): the millisecond, then random bits, so that ids of a later millisecond sort later and
 * inserts stay at the right edge of an index. Node keeps random bytes for its version 4 in store; their variant and random part
 * are those of a version 7.
 */
export const newId = (timeMs: number = Date.now()): string => {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
};

/** Whether `value` is an id as this service makes them: a lower-case UUIDv7. */
export const isId = (value: string): boolean => UUID_V7.test(value);

/** When a UUIDv7 says that it was made, in milliseconds since the epoch: its first 48 bits (RFC 9562 section 5.7). */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
