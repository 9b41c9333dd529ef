import type { Request, Response } from 'express';
import { z } from 'zod';
import { validate, type RouteInput } from '../../../src/middlewares/validate.js';
import { idParams, pageQuery } from '../../../src/schemas/common.js';
import { AppError } from '../../../src/utils/errors.js';
import { inputOf } from '../../../src/utils/http-locals.js';

const id = '01920000-0000-7000-8000-00000000ABCD';

interface Sent {
  params?: object;
  query?: object;
  body?: unknown;
}

const run = (shapes: RouteInput, { params = {}, query = {}, body }: Sent) => {
  const res = { locals: {} } as unknown as Response;
  const url = Object.keys(query).length > 0 ? '/x?y' : '/x';
  let passed = false;
  void validate(shapes)({ params, query, body, url } as unknown as Request, res, () => (passed = true));
  return { passed, input: inputOf<{ params: unknown; query: unknown; body: unknown }>(res) };
};

const refusal = (shapes: RouteInput, sent: Sent): { code: string; paths: string[] } => {
  try {
    run(shapes, sent);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, paths: (error.details as { path: string }[]).map((fault) => fault.path) };
  }
  throw new Error('was not refused');
};

describe('validate', () => {
  const body = z.object({
    name: z.string(),
    price: z.int(),
    items: z.array(z.strictObject({ n: z.int() })).optional(),
  });

  it('when all parts are right, then the parsed values are left for the controller', () => {
    const { passed, input } = run(
      { params: idParams, query: pageQuery, body },
      { params: { id }, query: { limit: '5' }, body: { name: 'a', price: 1 } },
    );
    expect(passed).toBe(true);
    expect(input).toEqual({ params: { id: id.toLowerCase() }, query: { limit: 5 }, body: { name: 'a', price: 1 } });
  });

  it('when nothing is sent to a list, then its defaults are there', () => {
    expect(run({ query: pageQuery }, {}).input.query).toEqual({ limit: 20 });
  });

  it('when queries come again, then the good ones are parsed once and the bad ones are refused each time', () => {
    const limits: string[] = [];
    const handle = validate({
      query: z.strictObject({
        limit: z.string().refine((text) => {
          limits.push(text);
          return text !== '0';
        }),
      }),
    });
    const ask = (limit: string): unknown => {
      const res = { locals: {} } as unknown as Response;
      void handle(
        { params: {}, query: { limit }, url: `/x?limit=${limit}` } as unknown as Request,
        res,
        () => undefined,
      );
      return inputOf<{ query: unknown }>(res).query;
    };
    expect([ask('1'), ask('2'), ask('1')]).toEqual([{ limit: '1' }, { limit: '2' }, { limit: '1' }]);
    for (let count = 0; count < 2; count++) expect(() => ask('0')).toThrow(AppError);
    expect(limits).toEqual(['1', '2', '0', '0']);
  });

  it.each(['1', 'x\0', '', '01920000-0000-7000-8000-00000000abcdX', '$ne'])(
    'when the id is %j, then INVALID_ID',
    (bad) => {
      expect(refusal({ params: idParams }, { params: { id: bad } })).toEqual({ code: 'INVALID_ID', paths: ['id'] });
    },
  );

  it('when query and body have several faults, then each is named at once', () => {
    const sent = { query: { limit: '0', foo: '1' }, body: { price: 1.5, more: 1, items: [{ n: 'x' }] } };
    const { code, paths } = refusal({ query: pageQuery, body }, sent);
    expect(code).toBe('VALIDATION_FAILED');
    expect(paths.sort()).toEqual(['items.0.n', 'more', 'name', 'price', 'query.foo', 'query.limit']);
  });

  it.each(['101', '-1', '1e1', '0x10', ' 5', '', '5.0'])('when limit is %j, then it is refused', (limit) => {
    expect(refusal({ query: pageQuery }, { query: { limit } }).paths).toEqual(['query.limit']);
  });

  it('when a parameter is given twice, then it is refused once', () => {
    expect(refusal({ query: pageQuery }, { query: { limit: ['1', '2'] } }).paths).toEqual(['query.limit']);
  });

  it('when a route names no query or body, then anything sent is refused, and nothing is fine', () => {
    expect(refusal({}, { query: { a: '1' } }).paths).toEqual(['query.a']);
    expect(refusal({}, { body: { a: 1 } }).paths).toEqual(['a']);
    expect(run({}, {}).passed).toBe(true);
    expect(run({}, { body: {} }).passed).toBe(true);
  });

  it('when a body is needed and missing, then its absence is the fault', () => {
    expect(refusal({ body }, {})).toEqual({ code: 'VALIDATION_FAILED', paths: [''] });
    expect(run({ body: z.object({ n: z.int().default(1) }).prefault({}) }, {}).input.body).toEqual({ n: 1 });
  });

  it.each(['{"__proto__":{"a":1}}', '{"constructor":1}', '{"$where":"1"}', '{"a.b":1}', '{"a":{"$gt":1}}'])(
    'when the body is %s, then it is refused even where any field is welcome',
    (json) => {
      const open = z.looseObject({});
      expect(refusal({ body: open }, { body: JSON.parse(json) as unknown }).code).toBe('VALIDATION_FAILED');
    },
  );

  it('when a body has ten thousand faults, then a hundred are named and the others counted', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 1]));
    const { paths } = refusal({ body: z.object({}) }, { body: many });
    expect(paths).toHaveLength(101);
    expect(paths.at(-1)).toBe('');
  });

  it('when a query parameter looks like an operator, then it is refused', () => {
    const open = z.looseObject({});
    expect(refusal({ query: open }, { query: { 'price[$gt]': '1', $where: '1' } }).paths).toEqual(['query.$where']);
  });

  it('when a body may have two shapes, then the faults are those of the closer one', () => {
    const either = z.union([
      z.strictObject({ delta: z.int(), reason: z.string() }),
      z.strictObject({ count: z.int() }),
    ]);
    expect(refusal({ body: either }, { body: { delta: 1 } }).paths).toEqual(['reason']);
  });
});
