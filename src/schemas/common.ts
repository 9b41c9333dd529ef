import { z } from 'zod';

// The document of the API shows these patterns: they have no flags, which a JSON schema has no place for.
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/**
 * An id in a path or a body. Any UUID in any case is let through: one that this service would never have made is
 * an id of nothing, so it ends as 404.
 */
export const idParam = z.string().regex(UUID, 'must be a UUID').meta({ format: 'uuid' }).toLowerCase();

/** The params of a route with `/:id`. */
export const idParams = z.strictObject({ id: idParam });
export type IdParams = z.infer<typeof idParams>;

/** A whole number in a query string: digits alone, so that neither `1e3` nor `0x10` nor a blank slips in. */
export const queryInt = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .meta({ type: 'integer', minimum: min, maximum: max });

/** `?limit=`: 1 to 100 rows a page, 20 when it is left out. */
export const limitQuery = queryInt(1, 100).default(20).meta({ default: 20, description: 'Rows a page' });

/** `?cursor=`: what `meta.nextCursor` said, opaque to the caller. */
export const cursorQuery = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .meta({ description: 'What `meta.nextCursor` of the page before said; good for the same filters and order only' });

/** The query of a plain list; a list with filters extends its `shape`. */
export const pageQuery = z.strictObject({ limit: limitQuery, cursor: cursorQuery });
export type PageQuery = z.infer<typeof pageQuery>;

/** `meta` of every list. */
export const pageMeta = z
  .strictObject({
    limit: z.int().min(1).max(100),
    nextCursor: z.string().nullable().meta({ description: 'Null on the last page' }),
  })
  .meta({ id: 'PageMeta' });
export type PageMeta = z.infer<typeof pageMeta>;

/** Half a surrogate pair is no character, and MongoDB would store another one in its place. */
const isWellFormed = (value: string): boolean => !/\p{Cs}/u.test(value);
const unprintable = 'must not contain control characters';

// What is empty is faulty for that alone. None of the checks aborts: faults of other fields have to be named beside this one.
const line = /^(?: *[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f\u2028\u2029]*)?$/;

/** A line of text that people have typed: trimmed, not empty, without control characters and line breaks. */
export const lineOf = (max: number, pattern = line) =>
  z.string().max(max).trim().min(1).regex(pattern, unprintable).refine(isWellFormed, unprintable);

/** Text that may have tabs and line breaks, and may be empty. */
export const textOf = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/, unprintable)
    .refine(isWellFormed, unprintable);

/** An id as answers show it. */
export const id = z.uuid();
/** A time as answers show it: ISO 8601, UTC. */
export const time = z.iso.datetime();
/** A code of ISO 4217 as answers show it. */
export const currencyCode = z.string().length(3);
/** Units, or money in minor units. */
export const amount = z.int().min(0);
