import { z } from 'zod';
import { idempotencyKey } from '../idempotency.js';

/** Headers that calls may carry, by their names. */
export const requestHeaders = {
  'Idempotency-Key': idempotencyKey.meta({
    description:
      'Names this call: a repeat with the same key and input gets the first answer again, for at least 24 hours. 1 to 128 visible ASCII characters.',
    example: 'checkout-7f3a',
  }),
  'If-Match': z
    .string()
    .regex(/^(?:\*|(?:W\/)?"[!#-~]*"(?:, *(?:W\/)?"[!#-~]*")*)$/)
    .meta({
      description:
        'The `ETag` of what the change is meant for; only its version part counts, so sales do not disturb an edit.',
      example: '"3.42"',
    }),
  'If-None-Match': z.string().meta({ description: 'The `ETag` of the copy that you have', example: '"3.42"' }),
  'Cache-Control': z.string().meta({ description: '`no-cache` reads past the cache', example: 'no-cache' }),
  'Last-Event-ID': z
    .string()
    .meta({ description: 'The id of the last event that you have had; what you have missed since comes first' }),
} as const;
export type RequestHeader = keyof typeof requestHeaders;

interface HeaderObject {
  description: string;
  required?: boolean;
  schema: { type: 'string' | 'integer'; enum?: string[]; pattern?: string; minimum?: number };
  example?: unknown;
}

/** Headers of answers, by their names. */
export const responseHeaders = {
  'X-Request-Id': {
    description: 'The id of the request: the caller’s own `X-Request-Id` if it is sane, else a new one',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._~-]{1,128}$' },
    example: '0d5ac9c1-3c4e-4a52-a2b5-8c7a33c1c2ab',
  },
  Location: { description: 'Where it is', required: true, schema: { type: 'string' } },
  ETag: { description: 'Names this state of it', required: true, schema: { type: 'string', pattern: '^".+"$' } },
  'X-Cache': {
    description: 'Whether the answer comes from a cache',
    required: true,
    schema: { type: 'string', enum: ['HIT', 'MISS', 'BYPASS'] },
  },
  'Idempotent-Replayed': {
    description: 'There on a repeat: this is the first answer again',
    schema: { type: 'string', enum: ['true'] },
  },
  'Idempotency-Key': {
    description: 'There when the outcome is not known yet: repeat the call with this key to learn it',
    schema: { type: 'string' },
  },
  'Content-Disposition': { description: 'A name for the file', required: true, schema: { type: 'string' } },
  'Retry-After': {
    description: 'Seconds to wait before the next try',
    required: true,
    schema: { type: 'integer', minimum: 0 },
    example: 1,
  },
  RateLimit: {
    description:
      'How many requests are left of the quota, and the seconds until there are more (draft-ietf-httpapi-ratelimit-headers)',
    schema: { type: 'string' },
    example: '"read";r=599;t=1',
  },
  'RateLimit-Policy': {
    description: 'The quota: requests and the seconds that they are for',
    schema: { type: 'string' },
    example: '"read";q=600;w=60',
  },
  'WWW-Authenticate': { description: 'How to sign in', required: true, schema: { type: 'string' }, example: 'Bearer' },
} as const satisfies Record<string, HeaderObject>;
export type ResponseHeader = keyof typeof responseHeaders;
