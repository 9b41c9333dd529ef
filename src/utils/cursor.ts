import { createHash } from 'node:crypto';
import { validationFailed } from './errors.js';

export type CursorPart = string | number;

/** A short name for a query, from whatever decides which rows it has and in which order (not how many a page has). */
export const cursorTag = (query: unknown): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 10);

/** Where the next page goes on: opaque to the caller, good for the query of the same tag alone. */
export const encodeCursor = (tag: string, parts: readonly CursorPart[]): string =>
  Buffer.from(JSON.stringify([tag, ...parts])).toString('base64url');

const parse = (cursor: string): unknown[] => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
};

const isPart = (value: unknown): value is CursorPart =>
  typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));

/**
 * The parts of a cursor that this service made for this query.
 * @param types what each part must be
 * @throws AppError VALIDATION_FAILED for any other text.
 */
export const decodeCursor = (
  cursor: string,
  tag: string,
  types: readonly ('string' | 'number')[],
): readonly CursorPart[] => {
  const [given, ...parts] = parse(cursor);
  const sane =
    given === tag &&
    parts.length === types.length &&
    parts.every((part, index) => isPart(part) && typeof part === types[index]);
  if (!sane) throw validationFailed([{ path: 'query.cursor', message: 'is not a cursor of this query' }]);
  return parts.filter(isPart);
};
