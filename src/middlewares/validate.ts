import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { idParams } from '../schemas/common.js';
import { AppError, validationFailed, type FieldFault } from '../utils/errors.js';
import { fieldFaults } from '../utils/field-faults.js';
import { forbiddenKeys } from '../utils/forbidden-keys.js';
import type { HttpLocals } from '../utils/http-locals.js';
import { isId } from '../utils/uuid.js';

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

/** Queries that are asked again and again are parsed once; so many are kept for each route, and none that is longer. */
const keptMax = 500;
const keptTextMax = 200;

const arrayFaults = (query: Record<string, unknown>): FieldFault[] =>
  Object.keys(query)
    .filter((name) => Array.isArray(query[name]))
    .map((name) => ({ path: `query.${name}`, message: 'must be given once' }));

/** So many faults are named one by one: the answer to a body made of nothing else must not outgrow the body. */
const namedMax = 100;

const listed = (faults: readonly FieldFault[]): readonly FieldFault[] =>
  faults.length <= namedMax
    ? faults
    : [...faults.slice(0, namedMax), { path: '', message: `and ${faults.length - namedMax} faults more` }];

/**
 * Checks what a route is sent and leaves the parsed values in `res.locals.input` as `{ params, query, body }`;
 * read them with `inputOf`. Every fault of query and body is named at once (a hundred at most): a body's path is that of the field
 * (`items.0.quantity`), a query's starts with `query.`.
 * @throws AppError INVALID_ID when a param is wrong, VALIDATION_FAILED when anything else is.
 */
export const validate = (shapes: RouteInput): RequestHandler & { shapes: RouteInput } => {
  const params = strict(shapes.params);
  const query = strict(shapes.query) ?? z.strictObject({});
  const body = strict(shapes.body) ?? z.strictObject({}).optional();
  // What a query comes to that is not there: nothing, or the defaults. Where something is needed, the parser says so.
  const unasked = query.safeParse({});
  const parsed = new Map<string, unknown>();
  const parseQuery = (req: Request, faults: FieldFault[]): unknown => {
    const start = req.url.indexOf('?');
    if (start < 0 && unasked.success) return Object.freeze(unasked.data);
    const text = start < 0 ? '' : req.url.slice(start);
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const given = queryOf(req);
    faults.push(...arrayFaults(given));
    const data = parsePart(query, given, ['query'], faults);
    if (faults.length === 0 && text.length <= keptTextMax) {
      if (parsed.size >= keptMax) parsed.clear();
      parsed.set(text, Object.freeze(data));
    }
    return data;
  };
  const parseParams = (req: Request): unknown => {
    // An id as this service writes it, which is nearly every one, needs no parser.
    if (shapes.params === idParams && isId(String(req.params['id']))) return { id: req.params['id'] };
    const parsed = params?.safeParse(req.params);
    if (parsed?.success === false) throw new AppError('INVALID_ID', { details: fieldFaults(parsed.error) });
    return parsed?.data;
  };
  const check: RequestHandler = (req, res, next) => {
    const faults: FieldFault[] = [];
    const input = {
      params: parseParams(req),
      query: parseQuery(req, faults),
      body: parsePart(body, req.body, [], faults),
    };
    if (faults.length > 0) throw validationFailed(listed(faults));
    (res.locals as HttpLocals).input = input;
    next();
  };
  // Shown, so that the document of the API can be held against what is really looked at.
  return Object.assign(check, { shapes });
};
