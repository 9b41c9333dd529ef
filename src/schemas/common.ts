import { z } from 'zod';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * An id in a path or a body. Any UUID in any case is let through: one that this service would never have made is
 * an id of nothing, so it ends as 404.
 */
export const idParam = z.string().regex(UUID, 'must be a UUID').toLowerCase();

/** The params of a route with `/:id`. */
export const idParams = z.strictObject({ id: idParam });
export type IdParams = z.infer<typeof idParams>;

/** A whole number in a query string: digits alone, so that neither `1e3` nor `0x10` nor a blank slips in. */
export const queryInt = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** `?limit=`: 1 to 100 rows a page, 20 when it is left out. */
export const limitQuery = queryInt(1, 100).default(20);

/** `?cursor=`: what `meta.nextCursor` said, opaque to the caller. */
export const cursorQuery = z.string().min(1).max(1024).optional();

/** The query of a plain list; a list with filters extends its `shape`. */
export const pageQuery = z.strictObject({ limit: limitQuery, cursor: cursorQuery });
export type PageQuery = z.infer<typeof pageQuery>;
