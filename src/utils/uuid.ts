import { v7 } from 'uuid';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A new UUIDv7 (RFC 9562): ids made later by the same process sort later, so index inserts stay at the right edge. */
export const newId = (): string => v7();

/** Whether `value` is an id as this service makes them: a lower-case UUIDv7. */
export const isId = (value: string): boolean => UUID_V7.test(value);

/** When a UUIDv7 says that it was made, in milliseconds since the epoch: its first 48 bits (RFC 9562 section 5.7). */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
