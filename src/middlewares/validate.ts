import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { AppError, validationFailed, type FieldFault } from '../utils/errors.js';
import { fieldFaults } from '../utils/field-faults.js';
import { forbiddenKeys } from '../utils/forbidden-keys.js';
import type { HttpLocals } from '../utils/http-locals.js';

/** The shapes of a route's input. What is left out must be empty. */
export interface RouteInput {
  params?: z.ZodType;
  query?: z.ZodType;
  /** A body that may be left out is an `.optional()` or `.prefault({})` one. */
  body?: z.ZodType;
}

const strict = (schema: z.ZodType | undefined): z.ZodType | undefined =>
  schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema;

/** The query is parsed anew by every look at `req.query`, so without a `?` nobody looks. */
const queryOf = (req: Request): Record<string, unknown> => (req.url.includes('?') ? req.query : {});

/** Parses one part of the input; on faults, notes them and gives back undefined. */
const parsePart = (schema: z.ZodType, value: unknown, prefix: string[], faults: FieldFault[]): unknown => {
  const forbidden = forbiddenKeys(value);
  if (forbidden.length > 0) {
    const dotted = prefix.map((name) => `${name}.`).join('');
    for (const fault of forbidden) faults.push({ path: dotted + fault.path, message: fault.message });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const named = new Set(faults.map((fault) => fault.path));
  for (const fault of fieldFaults(parsed.error, prefix)) if (!named.has(fault.path)) faults.push(fault);
  return undefined;
};

const arrayFaults = (query: Record<string, unknown>): FieldFault[] =>
  Object.keys(query)
    .filter((name) => Array.isArray(query[name]))
    .map((name) => ({ path: `query.${name}`, message: 'must be given once' }));

/**
 * Checks what a route is sent and leaves the parsed values in `res.locals.input` as `{ params, query, body }`;
 * read them with `inputOf`. Every fault of query and body is named at once: a body's path is that of the field
 * (`items.0.quantity`), a query's starts with `query.`.
 * @throws AppError INVALID_ID when a param is wrong, VALIDATION_FAILED when anything else is.
 */
export const validate = (shapes: RouteInput): RequestHandler => {
  const params = strict(shapes.params);
  const query = strict(shapes.query) ?? z.strictObject({});
  const body = strict(shapes.body) ?? z.strictObject({}).optional();
  const parseQuery = (req: Request, faults: FieldFault[]): unknown => {
    // Nothing expected and nothing sent, as with nearly every purchase.
    if (shapes.query === undefined && !req.url.includes('?')) return {};
    const given = queryOf(req);
    faults.push(...arrayFaults(given));
    return parsePart(query, given, ['query'], faults);
  };
  return (req, res, next) => {
    const parsedParams = params?.safeParse(req.params);
    if (parsedParams?.success === false) {
      throw new AppError('INVALID_ID', { details: fieldFaults(parsedParams.error) });
    }
    const faults: FieldFault[] = [];
    const input = {
      params: parsedParams?.data,
      query: parseQuery(req, faults),
      body: parsePart(body, req.body, [], faults),
    };
    if (faults.length > 0) throw validationFailed(faults);
    (res.locals as HttpLocals).input = input;
    next();
  };
};
