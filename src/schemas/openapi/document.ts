import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { errorStatus, type ErrorCode } from '../../utils/errors.js';
import { routeNames, type RouteName } from '../access.js';
import { apiCall, systemCall } from './call.js';
import { catalogueOperations } from './catalogue.js';
import { errorExample, errorSchemas } from './errors.js';
import { eventOperations } from './events.js';
import { figuresOperations } from './figures.js';
import { responseHeaders } from './headers.js';
import type { Operation } from './operation.js';
import { orderOperations } from './orders.js';
import { peopleOperations } from './people.js';
import type { Share } from './refusals.js';
import { reportOperations } from './reports.js';
import { reservationOperations } from './reservations.js';
import { stockOperations } from './stock.js';
import { systemOperations } from './system.js';

/** What the document says of each call of the API; none may be missing. */
export const apiOperations: Readonly<Record<RouteName, Operation>> = {
  ...catalogueOperations,
  ...stockOperations,
  ...reservationOperations,
  ...orderOperations,
  ...reportOperations,
  ...peopleOperations,
  ...eventOperations,
  ...figuresOperations,
};

const description = `Sells scarce stock to more buyers than there is stock, and never sells a unit twice.

Every success is \`{ status_code, message, data, meta? }\`, every error \`{ status_code, message, error: { code, details?, requestId } }\`;
programs branch on \`error.code\`. Money is in minor units, times are ISO 8601 in UTC, ids are UUIDs. Beside what each call says, a
request that does not arrive in time is answered 408 \`REQUEST_TIMEOUT\`, headers that are too large 431 \`HEADERS_TOO_LARGE\`, an unknown
path 404 \`ROUTE_NOT_FOUND\`, and another method than those of a path 405 \`METHOD_NOT_ALLOWED\`, with \`Allow\`.`;

const info = (version: string) => ({
  title: 'Stockroom',
  version,
  description,
  license: { name: 'MIT', identifier: 'MIT' },
});

const components = (registry: OpenAPIRegistry): void => {
  registry.registerComponent('securitySchemes', 'bearer', {
    ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    description: 'The access token that signing in answers',
  });
  registry.registerComponent('securitySchemes', 'metrics', {
    ...{ type: 'http', scheme: 'bearer' },
    description: '`METRICS_TOKEN`, where it is set',
  });
  for (const [name, header] of Object.entries(responseHeaders)) registry.registerComponent('headers', name, header);
  for (const code of Object.keys(errorStatus) as ErrorCode[]) {
    registry.registerComponent('examples', code, { value: errorExample(code) });
  }
};

const createShare = (registry: OpenAPIRegistry): Share => {
  const shared = new Set<string>();
  return (name, response) => {
    if (!shared.has(name)) registry.registerComponent('responses', name, response);
    shared.add(name);
    return { $ref: `#/components/responses/${name}` };
  };
};

export interface DocumentOptions {
  version: string;
  /** Whether this process serves a route of the API. */
  serves: (route: RouteName) => boolean;
}

/** The OpenAPI document of what a process serves, made from the schemas that validate. */
export const createDocument = ({ version, serves }: DocumentOptions): object => {
  const registry = new OpenAPIRegistry();
  components(registry);
  const share = createShare(registry);
  const served = routeNames.filter(serves);
  for (const route of served) registry.registerPath(apiCall(route, apiOperations[route], share));
  for (const [route, operation] of Object.entries<Operation>(systemOperations)) {
    registry.registerPath(systemCall(route, operation, share));
  }
  const tags = new Set([...served.map((route) => apiOperations[route].tag), 'Operation']);
  const errors = Object.values(errorSchemas).map((schema) => ({ type: 'schema' as const, schema }));
  const definitions = [...errors, ...registry.definitions];
  const generator = new OpenApiGeneratorV31(definitions, { sortComponents: 'alphabetically' });
  const { webhooks, ...document } = generator.generateDocument({
    openapi: '3.1.0',
    info: info(version),
    servers: [{ url: '/', description: 'This process' }],
    tags: [...tags].map((name) => ({ name })),
  });
  return webhooks === undefined || Object.keys(webhooks).length === 0 ? document : { ...document, webhooks };
};
