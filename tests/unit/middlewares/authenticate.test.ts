import type { Request, Response } from 'express';
import { createAuthenticate } from '../../../src/middlewares/authenticate.js';
import type { Caller } from '../../../src/utils/caller.js';
import { AppError } from '../../../src/utils/errors.js';

const ada: Caller = { id: 'ada', role: 'user' };

/** Runs the middleware over one `Authorization` header; the token `good` is Ada's. */
const run = (authorization?: string) => {
  const seen: string[] = [];
  const authenticate = createAuthenticate({
    tokens: {
      verify: (token) => {
        seen.push(token);
        if (token !== 'good') throw new AppError('TOKEN_EXPIRED');
        return ada;
      },
    },
  });
  const locals: { caller?: Caller } = {};
  let passed = false;
  const go = () =>
    authenticate({ headers: { authorization } } as unknown as Request, { locals } as unknown as Response, () => {
      passed = true;
    });
  return { go, seen, locals, passed: () => passed };
};

describe('authenticate', () => {
  it.each(['Bearer good', 'bearer good', 'BEARER good', 'Bearer   good'])(
    'when the header is %j, then the caller is known to those after it',
    (header) => {
      const { go, locals, passed } = run(header);
      void go();
      expect(locals.caller).toBe(ada);
      expect(passed()).toBe(true);
    },
  );

  it.each([undefined, '', 'good', 'Basic good', 'Bearer', 'Bearergood', 'Token good', ' Bearer good'])(
    'when the header is %j, then UNAUTHENTICATED, and no token is looked at',
    (header) => {
      const { go, seen, locals, passed } = run(header);
      expect(go).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error);
      expect(seen).toEqual([]);
      expect(locals.caller).toBeUndefined();
      expect(passed()).toBe(false);
    },
  );

  it('when the token is refused, then its reason goes on and nobody is signed in', () => {
    const { go, locals, passed } = run('Bearer bad');
    expect(go).toThrow(expect.objectContaining({ code: 'TOKEN_EXPIRED' }) as Error);
    expect(locals.caller).toBeUndefined();
    expect(passed()).toBe(false);
  });
});
