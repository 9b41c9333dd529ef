import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { z } from 'zod';
import { routeNames, type RouteName } from '../../../src/schemas/access.js';
import { apiOperations, createDocument } from '../../../src/schemas/openapi/document.js';
import type { Operation } from '../../../src/schemas/openapi/operation.js';
import { systemOperations } from '../../../src/schemas/openapi/system.js';
import { errorExample, errorSchemas } from '../../../src/schemas/openapi/errors.js';
import { errorStatus, type ErrorCode } from '../../../src/utils/errors.js';

interface Call {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: object[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, { $ref?: string; content?: Record<string, { example?: unknown }> }>;
}

interface Document {
  paths: Record<string, Record<string, Call>>;
  components: Record<string, Record<string, unknown>>;
  tags: { name: string }[];
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const documentOf = (serves: (route: RouteName) => boolean) => createDocument({ version, serves }) as Document;
const callsOf = ({ paths }: Document): [string, Call][] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]): [string, Call] => [`${method.toUpperCase()} ${path}`, call]),
  );

/** Every value under a name, however deep. */
const valuesOf = (value: unknown, name: string): unknown[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) => [
    ...(key === name ? [child] : []),
    ...valuesOf(child, name),
  ]);
};

const operations: readonly (readonly [string, Operation])[] = [
  ...Object.entries(apiOperations),
  ...Object.entries<Operation>(systemOperations),
];

const faultsOf = (schema: z.ZodType, value: unknown): unknown => schema.safeParse(value).error?.issues ?? [];

describe('the OpenAPI document', () => {
  const document = documentOf(() => true);

  it('when openapi.json is read, then it is the one that the schemas make (npm run openapi)', () => {
    const kept = JSON.parse(readFileSync('openapi.json', 'utf8')) as unknown;
    expect(JSON.stringify(kept)).toBe(JSON.stringify(document));
  });

  it('when it is held against the specification, then it is valid', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...structuredClone(document) })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('when something in it is wrong, then the validator says so', async () => {
    const broken = { ...structuredClone(document), paths: { '/x': { get: { responses: { 200: {} } } } } };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('when its references are followed, then each leads somewhere', () => {
    const found = (ref: unknown) => {
      const [, ...path] = String(ref).split('/');
      return path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
    };
    const lost = valuesOf(document, '$ref').filter((ref) => found(ref) === undefined);
    expect(lost).toEqual([]);
  });

  it('when its patterns are read, then they are of a kind that a JSON schema can have', () => {
    const patterns = valuesOf(document, 'pattern').map(String);
    expect(patterns.length).toBeGreaterThan(10);
    // Flags are written behind a slash by the generator, where they mean something else.
    expect(patterns.filter((pattern) => /\/[a-z]+$/.test(pattern))).toEqual([]);
    for (const pattern of patterns) expect(() => new RegExp(pattern)).not.toThrow();
  });

  it('when its calls are looked through, then each is named once and says what it is for and how it may end', () => {
    const calls = callsOf(document);
    const ids = calls.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.map(({ name }) => name);
    for (const [, call] of calls) {
      expect(call.summary).not.toBe('');
      expect(tags).toContain(call.tags[0]);
      expect(Object.keys(call.responses)).toContain('500');
    }
    const ofApi = calls.filter(([name]) => name.includes('/api/v1/'));
    expect(ofApi).toHaveLength(routeNames.length);
    for (const [, { responses }] of ofApi) {
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '429', '500', '503']));
    }
  });

  it('when who may call is read, then it is what the access table says', () => {
    const calls = new Map(callsOf(document));
    const security = (name: string) => calls.get(name)?.security;
    expect(security('GET /api/v1/products')).toEqual([]);
    expect(security('GET /api/v1/products/{id}')).toEqual([{}, { bearer: [] }]);
    expect(security('POST /api/v1/products/{id}/purchase')).toEqual([{ bearer: [] }]);
    expect(calls.get('DELETE /api/v1/products/{id}')?.description).toContain('For admins.');
    expect(Object.keys(calls.get('DELETE /api/v1/products/{id}')?.responses ?? {})).toContain('403');
    expect(Object.keys(calls.get('GET /api/v1/purchases')?.responses ?? {})).not.toContain('403');
  });

  it('when a process serves a part alone, then it tells of that part alone', () => {
    const part = documentOf((route) => route.includes('/orders'));
    const served = callsOf(part).map(([name]) => name);
    expect(served).toContain('POST /api/v1/orders/{id}/cancel');
    expect(served).toContain('GET /healthz');
    expect(served.filter((name) => name.includes('/products'))).toEqual([]);
    expect(part.tags.map(({ name }) => name)).toEqual(['Orders', 'Operation']);
  });
});

describe('the examples of the document', () => {
  it.each(operations)(
    'when %s is looked at, then it has one of what is sent and one of each body answered',
    (_, call) => {
      if (call.body !== undefined) expect(Object.keys(call.bodies ?? {})).not.toEqual([]);
      for (const body of Object.values(call.bodies ?? {})) {
        expect(call.body === undefined ? 'no body is read' : faultsOf(call.body, body)).toEqual([]);
      }
      for (const { data, example, content } of call.answers) {
        if (data !== undefined) expect(faultsOf(data, example)).toEqual([]);
        for (const { example: text } of Object.values(content ?? {})) expect(text).toBeDefined();
      }
    },
  );

  it.each(Object.keys(errorStatus) as ErrorCode[])('when the error is %s, then its example has its shape', (code) => {
    expect(faultsOf(errorSchemas[code], errorExample(code))).toEqual([]);
  });
});
