import { EventEmitter } from 'node:events';
import type { Request, RequestHandler, Response } from 'express';
import { createOpenLimit } from '../../../src/middlewares/open-limit.js';
import { countedSignIn, createRateLimit } from '../../../src/middlewares/rate-limit.js';
import type { RateClass } from '../../../src/schemas/rate-class.js';
import { AppError } from '../../../src/utils/errors.js';
import type { HttpLocals } from '../../../src/utils/http-locals.js';

const req = { url: '/', headers: {} } as unknown as Request;
const answer = () => {
  const headers: Record<string, string> = {};
  const res = Object.assign(new EventEmitter(), {
    locals: {},
    setHeader: (name: string, value: string) => {
      headers[name] = value;
    },
  });
  return { res: res as unknown as Response, headers, locals: res.locals, close: () => res.emit('close') };
};

/** Counts under a limit of one, at once or later, and keeps who was counted as what. */
const setUp = (isLater = false) => {
  const counted: string[] = [];
  const refused: string[] = [];
  const limiterOf = (policy: RateClass) => {
    const seen = new Set<string>();
    return {
      limit: 1,
      spend: (key: string) => {
        counted.push(`${policy} ${key}`);
        const spent = { accepted: !seen.has(key), remaining: 0, resetSeconds: 7 };
        seen.add(key);
        return isLater ? Promise.resolve(spent) : spent;
      },
    };
  };
  const countOf = createRateLimit({
    limiters: {
      read: limiterOf('read'),
      uncached: limiterOf('uncached'),
      write: limiterOf('write'),
      purchase: limiterOf('purchase'),
      login: limiterOf('login'),
    },
    addressOf: () => '10.0.0.1',
    metrics: { refused: (policy) => refused.push(policy) },
  });
  const run = (signIn: RequestHandler | undefined, to = answer()) =>
    new Promise<unknown>((resolve) => {
      void countedSignIn(signIn, countOf('POST /orders'))(req, to.res, (error?: unknown) => resolve(error));
    });
  return { counted, refused, run };
};

const asAda: RequestHandler = (_req, res, next) => {
  (res.locals as HttpLocals).caller = { id: 'ada', role: 'user' };
  next();
};
const unauthenticated = new AppError('UNAUTHENTICATED');
const code = (error: unknown): string | undefined => (error as AppError | undefined)?.code;

describe('counted sign-in', () => {
  it.each([false, true])('when the caller is known, then their request is counted (later: %s)', async (isLater) => {
    const { counted, refused, run } = setUp(isLater);
    const first = answer();

    expect(await run(asAda, first)).toBeUndefined();
    expect(first.headers).toEqual({ 'RateLimit-Policy': '"purchase";q=1;w=60', RateLimit: '"purchase";r=0;t=7' });

    const refusal = await run(asAda);
    expect(code(refusal)).toBe('RATE_LIMITED');
    expect((refusal as AppError).headers).toEqual({ 'Retry-After': '7' });
    expect(counted).toEqual(['purchase ada', 'purchase ada']);
    expect(refused).toEqual(['purchase']);
  });

  it('when nobody has to sign in, then the address is counted', async () => {
    const { counted, run } = setUp();
    expect(await run(undefined)).toBeUndefined();
    expect(counted).toEqual(['purchase 10.0.0.1']);
  });

  it.each<[string, RequestHandler]>([
    [
      'throws',
      () => {
        throw unauthenticated;
      },
    ],
    ['rejects', () => Promise.reject(unauthenticated)],
    ['says so', (_req, _res, next) => next(unauthenticated)],
    ['says so later', (_req, _res, next) => void setImmediate(() => next(unauthenticated))],
  ])('when sign-in fails and %s, then the address is counted once, and refused in the end', async (_how, signIn) => {
    const { counted, run } = setUp();
    expect(await run(signIn)).toBe(unauthenticated);
    expect(counted).toEqual(['purchase 10.0.0.1']);
    expect(code(await run(signIn))).toBe('RATE_LIMITED');
  });

  it('when sign-in passes and throws all the same, then the request is counted once', async () => {
    const { counted, run } = setUp();
    const passed = await run((to, res, next) => {
      void asAda(to, res, next);
      throw unauthenticated;
    });
    expect(passed).toBeUndefined();
    expect(counted).toEqual(['purchase ada']);
  });

  it.each([new AppError('UNAVAILABLE'), new Error('a bug')])(
    'when sign-in fails by our own fault (%s), then nobody is counted',
    async (fault) => {
      const { counted, run } = setUp();
      expect(await run((_req, _res, next) => next(fault))).toBe(fault);
      expect(counted).toEqual([]);
    },
  );
});

describe('limit of open answers', () => {
  it('when an address has as many open as it may, then another is refused until one ends, and others are not', () => {
    const refused: string[] = [];
    let address = '10.0.0.1';
    const limit = createOpenLimit({
      max: 2,
      addressOf: () => address,
      metrics: { refused: (policy) => refused.push(policy) },
    });
    const open = () => {
      const to = answer();
      let passed = false;
      void limit(req, to.res, () => {
        passed = true;
      });
      expect(passed).toBe(true);
      return to;
    };
    const isRefused = expect.objectContaining({ code: 'RATE_LIMITED', headers: { 'Retry-After': '5' } }) as Error;

    const first = open();
    const second = open();
    expect(open).toThrow(isRefused);
    expect(refused).toEqual(['open']);
    address = '10.0.0.2';
    open();
    address = '10.0.0.1';
    first.close();
    open();
    expect(open).toThrow(isRefused);
    second.close();
    open();
  });
});
