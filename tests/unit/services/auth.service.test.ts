import type { NewUser, UserCredentials, UserRecord } from '../../../src/models/user.model.js';
import { createAuthService } from '../../../src/services/auth.service.js';
import { userViewOf } from '../../../src/services/user-view.js';
import { newId } from '../../../src/utils/uuid.js';

const at = new Date('2026-01-02T03:04:05.678Z');
const email = 'ada@example.com';
const refused = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

const sessionOf = (user: UserRecord) => ({
  accessToken: `token of ${user._id} as ${user.role}`,
  refreshToken: 'refresh',
  expiresIn: 900,
  user: userViewOf(user),
});

/** People in a map, passwords "hashed" by a prefix; `calls` says what was asked for. */
const setUp = (people: UserCredentials[] = []) => {
  const calls: string[] = [];
  const byEmail = new Map(people.map((person) => [person.email, person]));
  const auth = createAuthService({
    users: {
      add: (user: NewUser) => {
        calls.push(`add ${user.role}`);
        if (byEmail.has(user.email)) return Promise.resolve(undefined);
        const made = { ...user, disabled: false, createdAt: at, updatedAt: at };
        byEmail.set(user.email, made);
        return Promise.resolve(made);
      },
      byId: (id) => Promise.resolve([...byEmail.values()].find(({ _id }) => _id === id) ?? null),
      credentialsByEmail: (wanted) => Promise.resolve(byEmail.get(wanted) ?? null),
    },
    accounts: {
      change: (id, decide) => {
        const { change, endsSessions } = decide();
        calls.push(`change ${Object.keys(change).sort().join(' ')}${endsSessions ? ', end sessions' : ''}`);
        for (const [key, person] of byEmail) if (person._id === id) byEmail.set(key, { ...person, ...change });
        return Promise.resolve();
      },
    },
    passwords: {
      hash: (password) => Promise.resolve(`hashed ${password}`),
      matches: (password, hash) => {
        calls.push(`compare with ${hash ?? 'nobody'}`);
        return Promise.resolve(hash === `hashed ${password}`);
      },
    },
    sessions: {
      start: (user) => {
        calls.push('start');
        return Promise.resolve(sessionOf(user));
      },
    },
  });
  return { auth, calls, byEmail };
};

const person = (changes: Partial<UserCredentials> = {}): UserCredentials => ({
  _id: newId(),
  email,
  name: 'Ada',
  role: 'user',
  disabled: false,
  passwordHash: 'hashed right password',
  createdAt: at,
  updatedAt: at,
  ...changes,
});

describe('register', () => {
  it('when the address is new, then the account is a user and what is shown holds no hash', async () => {
    const { auth, byEmail } = setUp();
    const made = await auth.register({ email, password: 'right password', name: 'Ada' });
    expect(made).toEqual({
      id: byEmail.get(email)?._id,
      email,
      name: 'Ada',
      role: 'user',
      createdAt: '2026-01-02T03:04:05.678Z',
    });
    expect(byEmail.get(email)?.passwordHash).toBe('hashed right password');
  });

  it('when the address is taken, then DUPLICATE_EMAIL', async () => {
    const { auth, byEmail } = setUp([person()]);
    const before = byEmail.get(email);
    const again = auth.register({ email, password: 'other password', name: 'Eve' });
    await expect(again).rejects.toEqual(refused('DUPLICATE_EMAIL'));
    expect(byEmail.get(email)).toBe(before);
  });
});

describe('login', () => {
  it('when address and password are right, then a session for the stored role', async () => {
    const manager = person({ role: 'manager' });
    const answer = await setUp([manager]).auth.login({ email, password: 'right password' });
    expect(answer).toEqual({
      accessToken: `token of ${manager._id} as manager`,
      refreshToken: 'refresh',
      expiresIn: 900,
      user: { id: manager._id, email, name: 'Ada', role: 'manager', createdAt: at.toISOString() },
    });
  });

  it.each([
    ['the password is wrong', [person()], 'wrong password', 'compare with hashed right password'],
    ['nobody has the address', [], 'right password', 'compare with nobody'],
    ['the account is disabled', [person({ disabled: true })], 'right password', 'compare with hashed right password'],
  ])(
    'when %s, then INVALID_CREDENTIALS after one comparison and without a session',
    async (_why, people, password, work) => {
      const { auth, calls } = setUp(people);
      await expect(auth.login({ email, password })).rejects.toEqual(refused('INVALID_CREDENTIALS'));
      expect(calls).toEqual([work]);
    },
  );
});

describe('me', () => {
  it('when the account lives, then it is shown as it is now, not as the token says', async () => {
    const ada = person({ role: 'manager' });
    const shown = await setUp([ada]).auth.me({ id: ada._id, role: 'user' });
    expect(shown).toEqual({ id: ada._id, email, name: 'Ada', role: 'manager', createdAt: at.toISOString() });
  });

  it('when the account is disabled or gone, then UNAUTHENTICATED', async () => {
    const ada = person({ disabled: true });
    const { auth } = setUp([ada]);
    await expect(auth.me({ id: ada._id, role: 'user' })).rejects.toEqual(refused('UNAUTHENTICATED'));
    await expect(auth.me({ id: newId(), role: 'user' })).rejects.toEqual(refused('UNAUTHENTICATED'));
  });
});

describe('ensureAdmin', () => {
  const admin = { email, password: 'right password' };

  it('when there is no such account, then it is made, as admin', async () => {
    const { auth, byEmail } = setUp();
    const id = await auth.ensureAdmin(admin);
    expect(byEmail.get(email)).toMatchObject({ _id: id, role: 'admin', passwordHash: 'hashed right password' });
  });

  it('when it is there and as it should be, then nothing is written', async () => {
    const there = person({ role: 'admin' });
    const { auth, calls } = setUp([there]);
    expect(await auth.ensureAdmin(admin)).toBe(there._id);
    expect(calls).toEqual(['compare with hashed right password']);
  });

  it.each([
    ['role', { role: 'user' as const }, 'change role'],
    ['password', { role: 'admin' as const, passwordHash: 'hashed other' }, 'change passwordHash, end sessions'],
    ['life', { role: 'admin' as const, disabled: true }, 'change disabled'],
    ['everything', { disabled: true, passwordHash: 'hashed other' }, 'change disabled passwordHash role, end sessions'],
  ])('when an account has lost its %s, then that alone is mended', async (_what, lost, expected) => {
    const { auth, calls, byEmail } = setUp([person(lost)]);
    await auth.ensureAdmin(admin);
    expect(calls.at(-1)).toBe(expected);
    expect(byEmail.get(email)).toMatchObject({
      role: 'admin',
      disabled: false,
      passwordHash: 'hashed right password',
      name: 'Ada',
    });
  });
});
