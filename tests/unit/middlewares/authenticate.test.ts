import type { Request, Response } from 'express';
import { createAuthenticate, whereSent } from '../../../src/middlewares/authenticate.js';
import type { Caller } from '../../../src/utils/caller.js';
import { AppError, unavailable } from '../../../src/utils/errors.js';

const ada: Caller = { id: 'ada', role: 'user' };

interface World {
  /** Whether this process knows of all account changes. */
  fresh: boolean;
  /** What renewing that brings: nothing, the end of Ada's session, or a fault. */
  renew: () => Promise<void>;
  revoked: boolean;
}

/** Runs the middleware over one `Authorization` header; the token `good` is Ada's. */
const run = (authorization?: string, changes: Partial<World> = {}, open = false) => {
  const world: World = { fresh: true, renew: () => Promise.resolve(), revoked: false, ...changes };
  const seen: string[] = [];
  let renewals = 0;
  const authenticate = createAuthenticate({
    tokens: {
      verify: (token) => {
        seen.push(token);
        if (token !== 'good') throw new AppError('TOKEN_EXPIRED');
        if (world.revoked) throw new AppError('UNAUTHENTICATED');
        return ada;
      },
    },
    accounts: {
      isFresh: () => world.fresh,
      renew: () => {
        renewals++;
        return world.renew();
      },
    },
  });
  const locals: { caller?: Caller } = {};
  const passed: unknown[] = [];
  const go = (): Promise<void> =>
    new Promise((resolve) => {
      const handler = open ? whereSent(authenticate) : authenticate;
      void handler({ headers: { authorization } } as unknown as Request, { locals } as unknown as Response, (error) => {
        passed.push(error ?? 'passed');
        resolve();
      });
    });
  return { go, seen, locals, passed, world, renewals: () => renewals };
};

const failing = (code: string) => expect.objectContaining({ code }) as Error;

describe('authenticate', () => {
  it.each(['Bearer good', 'bearer good', 'BEARER good', 'Bearer   good'])(
    'when the header is %j, then the caller is known to those after it',
    async (header) => {
      const { go, locals, passed, renewals } = run(header);
      await go();
      expect(locals.caller).toBe(ada);
      expect(passed).toEqual(['passed']);
      expect(renewals()).toBe(0);
    },
  );

  it.each([undefined, '', 'good', 'Basic good', 'Bearer', 'Bearergood', 'Token good', ' Bearer good'])(
    'when the header is %j, then UNAUTHENTICATED, and no token is looked at',
    async (header) => {
      const { go, seen, locals, passed } = run(header);
      await expect(go()).rejects.toEqual(failing('UNAUTHENTICATED'));
      expect(seen).toEqual([]);
      expect(locals.caller).toBeUndefined();
      expect(passed).toEqual([]);
    },
  );

  it('when the token is refused, then its reason goes on and nobody is signed in', async () => {
    const { go, locals, passed, renewals } = run('Bearer bad', { fresh: false });
    await expect(go()).rejects.toEqual(failing('TOKEN_EXPIRED'));
    expect(locals.caller).toBeUndefined();
    expect(passed).toEqual([]);
    expect(renewals()).toBe(0);
  });

  it('when nothing was heard of account changes for a moment, then the token is looked at again once it was', async () => {
    const { go, seen, locals, passed, renewals } = run('Bearer good', { fresh: false });
    await go();
    expect(passed).toEqual(['passed']);
    expect(locals.caller).toBe(ada);
    expect([seen, renewals()]).toEqual([['good', 'good'], 1]);
  });

  it('when it turns out then that the session has ended, then UNAUTHENTICATED', async () => {
    const { go, locals, passed, world } = run('Bearer good', { fresh: false });
    world.renew = () => {
      world.revoked = true;
      return Promise.resolve();
    };
    await go();
    expect(passed).toEqual([failing('UNAUTHENTICATED')]);
    expect(locals.caller).toBeUndefined();
  });

  it('when the database does not answer then, then UNAVAILABLE and nobody is signed in', async () => {
    const { go, locals, passed } = run('Bearer good', { fresh: false, renew: () => Promise.reject(unavailable(1)) });
    await go();
    expect(passed).toEqual([failing('UNAVAILABLE')]);
    expect(locals.caller).toBeUndefined();
  });
});

describe('whereSent', () => {
  it('when no token is sent, then nobody is asked for', async () => {
    const { go, seen, passed } = run(undefined, {}, true);
    await go();
    expect([passed, seen]).toEqual([['passed'], []]);
  });

  it('when a bad token is sent, then it is refused', async () => {
    await expect(run('Bearer bad', {}, true).go()).rejects.toEqual(failing('TOKEN_EXPIRED'));
  });

  it('when the token is found out to be revoked, then it is refused', async () => {
    const { go, passed, world } = run('Bearer good', { fresh: false }, true);
    world.renew = () => {
      world.revoked = true;
      return Promise.resolve();
    };
    await go();
    expect(passed).toEqual([failing('UNAUTHENTICATED')]);
  });

  it('when the database is away, then a good token is served as nobody is', async () => {
    const away = { fresh: false, renew: () => Promise.reject(unavailable(1)) };
    const { go, locals, passed } = run('Bearer good', away, true);
    await go();
    expect(passed).toEqual(['passed']);
    expect(locals.caller).toBeUndefined();
  });
});
