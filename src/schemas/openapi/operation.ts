import type { z } from 'zod';
import type { ErrorCode } from '../../utils/errors.js';
import type { RequestHeader, ResponseHeader } from './headers.js';

/** A success. Its body is `content` where it has another form than JSON, else the envelope around `data`; neither: no body. */
export interface Answer {
  status: 200 | 201 | 202 | 204 | 304;
  says: string;
  data?: z.ZodType;
  /** Whether `data` are the rows of a page, with `meta` beside them. */
  paged?: boolean;
  content?: Readonly<Record<string, { schema?: z.ZodType; example?: unknown }>>;
  headers?: readonly ResponseHeader[];
  /** What `data` may be, or the rows of a page. */
  example?: unknown;
}

/** What the document says of a call, beside what follows from its route, its shapes and who may make it. */
export interface Operation {
  id: string;
  tag: string;
  summary: string;
  description?: string;
  /** The very schemas that the route validates with. */
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Bodies to try, by name. */
  bodies?: Readonly<Record<string, unknown>>;
  /** The media types of the body; JSON unless given. */
  bodyTypes?: readonly string[];
  headers?: readonly RequestHeader[];
  /** Whether a call that is open to all looks at an access token where one is sent. */
  readsToken?: boolean;
  answers: readonly [Answer, ...Answer[]];
  /** The errors that are the call's own; those that any call of its kind may have are added. */
  refusals?: readonly ErrorCode[];
}
