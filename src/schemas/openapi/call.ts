import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { accessOf, partsOf, type Access, type RouteName } from '../access.js';
import { answerResponses } from './answers.js';
import { requestHeaders, type ResponseHeader } from './headers.js';
import type { Operation } from './operation.js';
import { apiRefusals, refusalResponses, type Share } from './refusals.js';

/** The API's base path. */
const base = '/api/v1';

const always: readonly ResponseHeader[] = ['X-Request-Id'];
const counted: readonly ResponseHeader[] = ['RateLimit', 'RateLimit-Policy'];

/** `/products/:id` as OpenAPI writes it. */
export const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

const whoMay = (access: Access): string => {
  if (access === 'own') return 'Who is signed in, for what is their own; managers and admins for everybody’s.';
  if (access === 'trial') return 'For all who are signed in; in production for admins.';
  if (typeof access !== 'string') return `For ${access.map((role) => `${role}s`).join(' and ')}.`;
  return access === 'signed in' ? 'For all who are signed in.' : 'For everybody.';
};

const securityOf = (access: Access, { readsToken = false }: Operation) => {
  if (access === 'anyone, token checked' || readsToken) return [{}, { bearer: [] }];
  return access === 'anyone' ? [] : [{ bearer: [] }];
};

const bodyOf = ({ body, bodies = {}, bodyTypes = ['application/json'] }: Operation) => {
  if (body === undefined) return {};
  const examples = Object.fromEntries(Object.entries(bodies).map(([name, value]) => [name, { value }]));
  const content = { schema: body, examples };
  return {
    body: {
      required: !body.safeParse(undefined).success,
      content: Object.fromEntries(bodyTypes.map((type) => [type, content])),
    },
  };
};

const requestOf = (operation: Operation): NonNullable<RouteConfig['request']> => {
  const { params, query, headers = [] } = operation;
  const sent = Object.fromEntries(headers.map((name) => [name, requestHeaders[name].optional()]));
  return {
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(headers.length === 0 ? {} : { headers: z.object(sent) }),
    ...bodyOf(operation),
  };
};

const said = ({ id, tag, summary }: Operation, description: readonly (string | undefined)[]) => ({
  operationId: id,
  tags: [tag],
  summary,
  description: description.filter((part) => part !== undefined).join(' '),
});

/** A call of the API, as the document's generator takes it. */
export const apiCall = (route: RouteName, operation: Operation, share: Share): RouteConfig => {
  const access = accessOf(route);
  const { method, path } = partsOf(route);
  const keyed = operation.headers?.includes('Idempotency-Key') ?? false;
  const headers = [...always, ...counted];
  const key: readonly ResponseHeader[] = keyed ? ['Idempotency-Key'] : [];
  return {
    ...said(operation, [operation.description, whoMay(access)]),
    method,
    path: templateOf(base + path),
    security: securityOf(access, operation),
    request: requestOf(operation),
    responses: {
      ...answerResponses(operation.answers, headers),
      ...refusalResponses(apiRefusals(operation, method, access), [...headers, ...key], share),
    },
  };
};

/** A call beside the API: it has no input, and nobody has to sign in. */
export const systemCall = (route: string, operation: Operation, share: Share): RouteConfig => {
  const [, path = ''] = route.split(' ');
  const refusals = [...(operation.refusals ?? []), 'INTERNAL' as const];
  return {
    ...said(operation, [operation.description]),
    method: 'get',
    path,
    security: operation.refusals?.includes('UNAUTHENTICATED') === true ? [{}, { metrics: [] }] : [],
    request: requestOf(operation),
    responses: {
      ...answerResponses(operation.answers, always),
      ...refusalResponses(refusals, always, share),
    },
  };
};
