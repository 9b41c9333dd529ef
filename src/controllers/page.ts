import type { PageMeta } from '../schemas/common.js';
import { decodeCursor, encodeCursor, type CursorPart } from '../utils/cursor.js';

/** Where a page of the list `tag` begins that is sorted by an id alone. */
export const idPosition = (tag: string, cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : String(decodeCursor(cursor, tag, ['string'])[0]);

/** Where a page of the list `tag` begins that is sorted by a number alone. */
export const numberPosition = (tag: string, cursor: string | undefined): number | undefined =>
  cursor === undefined ? undefined : Number(decodeCursor(cursor, tag, ['number'])[0]);

/** Cuts a page out of `rows`, of which one more than `limit` was asked for to see whether there is another page. */
export const pageOf = <T>(
  tag: string,
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => CursorPart,
): { page: readonly T[]; meta: PageMeta } => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { page, meta: { limit, nextCursor: more ? encodeCursor(tag, [positionOf(last)]) : null } };
};
