import type { Request, Response } from 'express';
import { authorize } from '../../../src/middlewares/authorize.js';
import { roles, type Role } from '../../../src/utils/caller.js';

/** Whether a request of this role gets past; undefined is one that nobody has signed. */
const passes = (allowed: readonly [Role, ...Role[]], role?: Role): boolean => {
  let passed = false;
  const caller = role === undefined ? undefined : { id: 'ada', role };
  void authorize(...allowed)({} as unknown as Request, { locals: { caller } } as unknown as Response, () => {
    passed = true;
  });
  return passed;
};

describe('authorize', () => {
  it.each([
    [['admin'], ['admin']],
    [
      ['manager', 'admin'],
      ['manager', 'admin'],
    ],
    [['user'], ['user']],
  ] as [[Role, ...Role[]], Role[]][])('when a route is for %j, then nobody but %j gets past', (allowed, expected) => {
    for (const role of roles) {
      if (expected.includes(role)) expect(passes(allowed, role)).toBe(true);
      else {
        const refused = expect.objectContaining({ code: 'FORBIDDEN', status: 403 }) as Error;
        expect(() => passes(allowed, role)).toThrow(refused);
      }
    }
  });

  it('when nobody has signed in, then UNAUTHENTICATED', () => {
    expect(() => passes(['user'])).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED', status: 401 }) as Error);
  });
});
