import type { SessionDocument } from '../../../src/models/session.model.js';
import type { UserRecord } from '../../../src/models/user.model.js';
import { createSessionService } from '../../../src/services/session.service.js';
import { AppError } from '../../../src/utils/errors.js';
import { newId } from '../../../src/utils/uuid.js';

const dayMs = 86_400_000;
const refused = (code: string) => expect.objectContaining({ name: 'AppError', code, status: 401 }) as Error;

const user = (changes: Partial<UserRecord> = {}): UserRecord => ({
  _id: newId(),
  email: 'ada@example.com',
  name: 'Ada',
  role: 'user',
  disabled: false,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  ...changes,
});

/** Sessions in a map, access tokens that say whose and of which session they are, a clock that the test moves. */
const setUp = (ada: UserRecord | null = user()) => {
  const world = { ada, nowMs: Date.UTC(2026, 0, 1) };
  const stored = new Map<string, SessionDocument>();
  const ended: string[] = [];
  const service = createSessionService({
    users: { byId: () => Promise.resolve(world.ada) },
    sessions: {
      add: (session) => {
        stored.set(session._id, session);
        return Promise.resolve();
      },
      byHandle: (handle) => Promise.resolve([...stored.values()].find((each) => each.handle === handle) ?? null),
      rotate: ({ handle, secret }, next) => {
        const found = [...stored.values()].find((each) => each.handle === handle && each.secret === secret);
        if (found === undefined) return Promise.resolve(false);
        stored.set(found._id, { ...found, ...next });
        return Promise.resolve(true);
      },
      beyond: (userId, kept) =>
        Promise.resolve(
          [...stored.values()]
            .filter((each) => each.userId === userId)
            .reverse()
            .slice(kept),
        ),
    },
    ends: {
      end: (sessions) => {
        for (const { id } of sessions) {
          ended.push(id);
          stored.delete(id);
        }
        return Promise.resolve();
      },
    },
    tokens: {
      issue: ({ id, role }, session) => ({
        accessToken: JSON.stringify({ userId: id, role, session }),
        expiresIn: 900,
      }),
      sessionOf: (token) => {
        if (token === 'bad') throw new AppError('UNAUTHENTICATED');
        if (token === 'expired') throw new AppError('TOKEN_EXPIRED');
        return JSON.parse(token) as { userId: string; session: { id: string; version: number } };
      },
      hasEnded: (id) => ended.includes(id),
    },
    now: () => world.nowMs,
  });
  const claimsOf = (token: string) =>
    JSON.parse(token) as { userId: string; role: string; session: { id: string; version: number } };
  return { service, world, stored, ended, claimsOf };
};

describe('a session', () => {
  it('when it starts, then its tokens are of one session, and neither part of the refresh token is kept', async () => {
    const ada = user({ role: 'manager', sessionVersion: 7 });
    const { service, stored, claimsOf } = setUp(ada);
    const { accessToken, refreshToken, expiresIn, user: shown } = await service.start(ada);
    const [session] = [...stored.values()];
    expect(claimsOf(accessToken)).toEqual({
      userId: ada._id,
      role: 'manager',
      session: { id: session?._id, version: 7 },
    });
    expect(expiresIn).toBe(900);
    expect(shown).toMatchObject({ id: ada._id, role: 'manager' });
    const bytes = Buffer.from(refreshToken, 'base64url');
    expect(bytes).toHaveLength(48);
    for (const part of [refreshToken, bytes.subarray(0, 16), bytes.subarray(16)]) {
      for (const encoding of ['base64url', 'base64', 'hex'] as const) {
        expect(JSON.stringify(session)).not.toContain(typeof part === 'string' ? part : part.toString(encoding));
      }
    }
  });

  it('when an account starts one more than it may have, then its eldest ends', async () => {
    const ada = user();
    const { service, stored, ended } = setUp(ada);
    for (let count = 0; count < 50; count++) await service.start(ada);
    const [eldest] = stored.keys();
    expect(ended).toEqual([]);
    await service.start(ada);
    expect(ended).toEqual([eldest]);
    expect(stored.size).toBe(50);
  });
});

describe('refresh', () => {
  it('when the token is the newest, then the next pair, with the role and version that the account has now', async () => {
    const { service, world, claimsOf } = setUp();
    const first = await service.start(world.ada ?? user());
    world.ada = user({ ...world.ada, role: 'admin', sessionVersion: 3 });
    const second = await service.refresh(first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(claimsOf(second.accessToken)).toMatchObject({
      role: 'admin',
      session: { id: claimsOf(first.accessToken).session.id, version: 3 },
    });
    await expect(service.refresh(second.refreshToken)).resolves.toBeDefined();
  });

  it('when a token comes again, then it is refused and the session is over for the newest one too', async () => {
    const { service, world, ended, stored } = setUp();
    const first = await service.start(world.ada ?? user());
    const second = await service.refresh(first.refreshToken);
    await expect(service.refresh(first.refreshToken)).rejects.toEqual(refused('UNAUTHENTICATED'));
    expect([ended.length, stored.size]).toEqual([1, 0]);
    await expect(service.refresh(second.refreshToken)).rejects.toEqual(refused('UNAUTHENTICATED'));
  });

  it('when two come with one token at once, then one at most is served and the session is over', async () => {
    const { service, world, stored } = setUp();
    const first = await service.start(world.ada ?? user());
    const outcomes = await Promise.allSettled([
      service.refresh(first.refreshToken),
      service.refresh(first.refreshToken),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(stored.size).toBe(0);
  });

  it.each([
    ['no token of ours', 'x'.repeat(64)],
    ['too short', 'abc'],
    ['the access token', 'a.b.c'],
  ])('when it is %s, then it is refused and nothing ends', async (_what, token) => {
    const { service, world, ended } = setUp();
    await service.start(world.ada ?? user());
    await expect(service.refresh(token)).rejects.toEqual(refused('UNAUTHENTICATED'));
    expect(ended).toEqual([]);
  });

  it('when the token is spelt otherwise, then it is none of ours', async () => {
    const { service, world, ended } = setUp();
    const { refreshToken } = await service.start(world.ada ?? user());
    await expect(service.refresh(`${refreshToken}=`)).rejects.toEqual(refused('UNAUTHENTICATED'));
    expect(ended).toEqual([]);
    await expect(service.refresh(refreshToken)).resolves.toBeDefined();
  });

  it('when it has rested for 30 days, then it is refused; when it was used meanwhile, then it goes on', async () => {
    const { service, world } = setUp();
    const first = await service.start(world.ada ?? user());
    world.nowMs += 30 * dayMs - 1;
    const second = await service.refresh(first.refreshToken);
    world.nowMs += 30 * dayMs - 1;
    const third = await service.refresh(second.refreshToken);
    world.nowMs += 30 * dayMs;
    await expect(service.refresh(third.refreshToken)).rejects.toEqual(refused('UNAUTHENTICATED'));
  });

  it.each([
    ['disabled', (ada: UserRecord) => ({ ...ada, disabled: true })],
    ['gone', () => null],
  ])('when the account is %s, then it is refused and the session is over', async (_what, change) => {
    const { service, world, stored } = setUp();
    const { refreshToken } = await service.start(world.ada ?? user());
    world.ada = world.ada && change(world.ada);
    await expect(service.refresh(refreshToken)).rejects.toEqual(refused('UNAUTHENTICATED'));
    expect(stored.size).toBe(0);
  });
});

describe('the end of a session', () => {
  it('when either token says which, then that one ends and others go on; a second time is as good as the first', async () => {
    const { service, world, stored, ended } = setUp();
    const ada = world.ada ?? user();
    const [one, two, three] = [await service.start(ada), await service.start(ada), await service.start(ada)];
    await service.end({ accessToken: one.accessToken, refreshToken: undefined });
    await service.end({ accessToken: undefined, refreshToken: two.refreshToken });
    expect([ended.length, stored.size]).toEqual([2, 1]);
    await service.end({ accessToken: one.accessToken, refreshToken: undefined });
    await service.end({ accessToken: undefined, refreshToken: two.refreshToken });
    expect([ended.length, stored.size]).toEqual([2, 1]);
    await expect(service.refresh(three.refreshToken)).resolves.toBeDefined();
  });

  it('when the refresh token is good and the access token is not, then that is enough', async () => {
    const { service, world, stored } = setUp();
    const { refreshToken } = await service.start(world.ada ?? user());
    await service.end({ accessToken: 'expired', refreshToken });
    expect(stored.size).toBe(0);
  });

  it('when a refresh token that was used before says which, then it ends', async () => {
    const { service, world, stored } = setUp();
    const { refreshToken } = await service.start(world.ada ?? user());
    await service.refresh(refreshToken);
    await service.end({ accessToken: undefined, refreshToken });
    expect(stored.size).toBe(0);
  });

  it.each([
    [undefined, 'UNAUTHENTICATED'],
    ['bad', 'UNAUTHENTICATED'],
    ['expired', 'TOKEN_EXPIRED'],
  ])('when there is no refresh token and the access token is %s, then %s', async (accessToken, code) => {
    const { service, ended } = setUp();
    await expect(service.end({ accessToken, refreshToken: undefined })).rejects.toEqual(refused(code));
    expect(ended).toEqual([]);
  });
});
