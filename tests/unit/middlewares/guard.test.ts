import { Router, type RequestHandler } from 'express';
import request from 'supertest';
import { createGuard } from '../../../src/middlewares/guard.js';
import { roles, type Role } from '../../../src/utils/caller.js';
import { setCaller } from '../../../src/utils/http-locals.js';
import { createHttpApp } from '../../helpers/http-app.js';

describe('guard', () => {
  const statusFor = async (role: Role, production: boolean | undefined): Promise<number> => {
    const authenticate: RequestHandler = (_req, res, next) => {
      setCaller(res, { id: 'somebody', role });
      next();
    };
    const guard = createGuard({ authenticate, ...(production === undefined ? {} : { production }) });
    const router = Router();
    router.post('/drops', ...guard('POST /drops'), (_req, res) => void res.end());
    const { app } = createHttpApp([router]);
    return (await request(app).post('/api/v1/drops').send({})).status;
  };

  it.each(roles)('when a %s wants to try the service outside production, then they may', async (role) => {
    expect(await statusFor(role, false)).toBe(200);
  });

  it.each([
    ['user', 403],
    ['manager', 403],
    ['admin', 200],
  ] as const)('when a %s wants that in production, then the answer is %i', async (role, status) => {
    expect(await statusFor(role, true)).toBe(status);
    // What nobody has said anything about counts as production.
    expect(await statusFor(role, undefined)).toBe(status);
  });
});
