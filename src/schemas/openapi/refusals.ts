import { errorStatus, type ErrorCode } from '../../utils/errors.js';
import type { Access } from '../access.js';
import { errorName } from './errors.js';
import { headersOf } from './answers.js';
import type { ResponseHeader } from './headers.js';
import type { Operation } from './operation.js';

type Method = 'get' | 'post' | 'patch' | 'delete';

const ofSignIn: readonly ErrorCode[] = ['UNAUTHENTICATED', 'TOKEN_EXPIRED'];
const ofBodies: readonly ErrorCode[] = ['MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

/** Every error that a call of the API may answer with: its own, and those of what stands before it. */
export const apiRefusals = ({ params, refusals = [] }: Operation, method: Method, access: Access): ErrorCode[] => [
  'VALIDATION_FAILED',
  ...(params === undefined ? [] : (['INVALID_ID'] as const)),
  // A body that nobody asked for is read all the same, to be refused.
  ...(method === 'get' ? [] : ofBodies),
  ...(access === 'anyone' ? [] : ofSignIn),
  ...(typeof access === 'string' && access !== 'trial' ? [] : (['FORBIDDEN'] as const)),
  ...refusals,
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
];

const besides: Partial<Record<number, readonly ResponseHeader[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

const says: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'No valid credentials',
  403: 'Your role does not allow this',
  404: 'There is no such thing, or none that you may see',
  409: 'The state of the data does not allow this',
  412: '`If-Match` names an older version',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'The key was used with another request',
  429: 'Too many requests',
  500: 'Something went wrong on our side',
  503: 'The service cannot answer right now',
};

const schemaOf = (codes: readonly ErrorCode[]) => ({
  anyOf: codes.map((code) => ({ $ref: `#/components/schemas/${errorName(code)}` })),
});

const refusal = (status: number, codes: readonly ErrorCode[], headers: readonly ResponseHeader[]) => ({
  description: `${says[status] ?? 'Refused'}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
  headers: headersOf([...(besides[status] ?? []), ...headers]),
  content: {
    'application/json': {
      schema: schemaOf(codes),
      examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
    },
  },
});
export type Refusal = ReturnType<typeof refusal>;

/** Puts a response among the document's components. @returns the reference to it; the same name is the same response */
export type Share = (name: string, response: Refusal) => { $ref: string };

/**
 * The responses of these errors, one for each status, shared by all calls that have the same.
 * @param headers what each of them may carry beside its own
 */
export const refusalResponses = (codes: readonly ErrorCode[], headers: readonly ResponseHeader[], share: Share) => {
  const unique = [...new Set(codes)];
  const statuses = [...new Set(unique.map((code) => errorStatus[code]))];
  return Object.fromEntries(
    statuses.map((status) => {
      const group = unique.filter((code) => errorStatus[code] === status);
      // When the outcome may be open, a 503 hands out the key that resolves it.
      const own = headers.filter((name) => name !== 'Idempotency-Key' || status === 503);
      const name = [status, ...group.map(errorName), ...(own.length < 2 ? [] : [own.length])].join('-');
      return [status, share(name, refusal(status, group, own))];
    }),
  );
};
