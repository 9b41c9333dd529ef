import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { createTokenService } from '../../../src/services/token.service.js';
import type { Caller } from '../../../src/utils/caller.js';
import { newId } from '../../../src/utils/uuid.js';

const secret = 'a secret of this test, 32 bytes or more';
const key = createSecretKey(Buffer.from(secret));
const startMs = Date.UTC(2026, 0, 1);

/** A service whose clock the test moves, in seconds since its start. */
const setUp = (rememberedMax?: number) => {
  const clock = { seconds: 0 };
  const tokens = createTokenService({
    secret,
    accessTtlSeconds: 60,
    now: () => startMs + clock.seconds * 1000,
    ...(rememberedMax === undefined ? {} : { rememberedMax }),
  });
  return { tokens, clock };
};

const caller = (role: Caller['role'] = 'user'): Caller => ({ id: newId(), role });

const claims = (changes: Record<string, unknown> = {}) => {
  const all: Record<string, unknown> = {
    sub: newId(),
    role: 'admin',
    jti: newId(),
    sid: newId(),
    sv: 0,
    iat: startMs / 1000,
    exp: startMs / 1000 + 60,
    iss: 'stockroom',
    aud: 'stockroom-api',
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const refused = (code: string) => expect.objectContaining({ name: 'AppError', code, status: 401 }) as Error;

describe('token service', () => {
  it('when a token is issued, then verify names its caller and the answer says how long it lasts', () => {
    const { tokens } = setUp();
    const admin = caller('admin');
    const { accessToken, expiresIn } = tokens.issue(admin);
    expect(tokens.verify(accessToken)).toEqual(admin);
    expect(expiresIn).toBe(60);
    expect(jwt.decode(accessToken)).toMatchObject({ sub: admin.id, role: 'admin', exp: startMs / 1000 + 60 });
  });

  it('when a token is signed elsewhere with the same secret and all claims, then it is good', () => {
    const good = claims();
    expect(setUp().tokens.verify(jwt.sign(good, key))).toEqual({ id: good['sub'], role: 'admin' });
  });

  it.each([
    ['no subject', { sub: undefined }],
    ['a subject that is no id of ours', { sub: 'admin' }],
    ['no role', { role: undefined }],
    ['a role that does not exist', { role: 'root' }],
    ['a list of roles', { role: ['admin'] }],
    ['no token id', { jti: undefined }],
    ['no session', { sid: undefined }],
    ['a session that is no id of ours', { sid: 'mine' }],
    ['no version of the account', { sv: undefined }],
    ['a version that is no whole number', { sv: 0.5 }],
    ['no expiry', { exp: undefined }],
    ['no issuer', { iss: undefined }],
    ['another issuer', { iss: 'elsewhere' }],
    ['no audience', { aud: undefined }],
    ['another audience', { aud: 'other-api' }],
  ])('when a well-signed token has %s, then it is refused', (_what, changes) => {
    const token = jwt.sign(claims(changes), key);
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when a well-signed token has no time of issue, then it is refused', () => {
    const token = jwt.sign(claims({ iat: undefined }), key, { noTimestamp: true });
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it.each(['HS384', 'HS512'] as const)('when a token is signed with %s, then it is refused', (algorithm) => {
    const token = jwt.sign(claims(), 's'.repeat(64), { algorithm });
    const tokens = createTokenService({ secret: 's'.repeat(64), accessTtlSeconds: 60, now: () => startMs });
    expect(tokens.verify(jwt.sign(claims(), 's'.repeat(64)))).toBeDefined();
    expect(() => tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it.each(['none', 'None', 'NONE'])('when a token says alg %s and has no signature, then it is refused', (alg) => {
    const token = `${encode({ alg, typ: 'JWT' })}.${encode(claims())}.`;
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when a token is signed with an RSA key, then it is refused', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const token = jwt.sign(claims(), privateKey, { algorithm: 'RS256' });
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when the header says RS256 over an HMAC of the secret, then it is refused', () => {
    const [, payload, signature] = jwt.sign(claims(), key).split('.');
    const token = [encode({ alg: 'RS256', typ: 'JWT' }), payload, signature].join('.');
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when another secret has signed it, then it is refused', () => {
    const token = jwt.sign(claims(), 'another secret that is long enough too');
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when the role is changed after signing, then it is refused, though the true token is remembered', () => {
    const { tokens } = setUp();
    const { accessToken } = tokens.issue(caller('user'));
    tokens.verify(accessToken);
    const [head, payload, signature] = accessToken.split('.');
    const said = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as object;
    const token = [head, encode({ ...said, role: 'admin' }), signature].join('.');
    expect(() => tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it.each(['', '.', '..', 'a.b.c', 'null', `${'a'.repeat(5000)}.b.c`])(
    'when the token is %j, then it is refused',
    (token) => {
      expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
    },
  );

  it('when a well-signed token is longer than any of ours, then it is refused unread', () => {
    const token = jwt.sign(claims({ padding: 'x'.repeat(2000) }), key);
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when its time is over and it was never seen before, then the answer says expired', () => {
    const { tokens, clock } = setUp();
    const { accessToken } = tokens.issue(caller());
    clock.seconds = 60;
    expect(() => tokens.verify(accessToken)).toThrow(refused('TOKEN_EXPIRED'));
  });

  it('when a remembered token comes to its end, then it is good to the last second and says expired ever after', () => {
    const { tokens, clock } = setUp();
    const { accessToken } = tokens.issue(caller());
    tokens.verify(accessToken);
    clock.seconds = 59.999;
    expect(tokens.verify(accessToken)).toBeDefined();
    clock.seconds = 60;
    expect(() => tokens.verify(accessToken)).toThrow(refused('TOKEN_EXPIRED'));
    expect(() => tokens.verify(accessToken)).toThrow(refused('TOKEN_EXPIRED'));
  });

  it('when an expired token has a wrong signature, then it is not called expired', () => {
    const token = jwt.sign(claims({ exp: startMs / 1000 - 1 }), 'another secret that is long enough too');
    expect(() => setUp().tokens.verify(token)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when a token is verified again, then the remembered caller comes back', () => {
    const { tokens } = setUp();
    const { accessToken } = tokens.issue(caller());
    const first = tokens.verify(accessToken);
    expect(tokens.verify(accessToken)).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
  });

  it('when more tokens come than are remembered, then the oldest is forgotten and still good', () => {
    const { tokens } = setUp(2);
    const issued = [1, 2, 3].map(() => tokens.issue(caller()).accessToken);
    const callers = issued.map((token) => tokens.verify(token));
    const again = [...issued].reverse().map((token) => tokens.verify(token));
    expect(again[0]).toBe(callers[2]);
    expect(again[1]).toBe(callers[1]);
    expect(again[2]).not.toBe(callers[0]);
    expect(again[2]).toEqual(callers[0]);
  });

  const changed = (id: string, version: number) => ({ kind: 'user', id, version }) as const;
  const ended = (id: string) => ({ kind: 'session', id }) as const;

  it('when an account changes, then its tokens are refused, seen before or not, and those of the new version are good', () => {
    const { tokens } = setUp();
    const user = caller();
    const other = tokens.issue(caller()).accessToken;
    const at = (version: number) => tokens.issue(user, { id: newId(), version }).accessToken;
    const [seen, unseen] = [at(3), at(3)];
    tokens.verify(seen);
    tokens.refuse([changed(user.id, 4)]);
    expect(() => tokens.verify(seen)).toThrow(refused('UNAUTHENTICATED'));
    expect(() => tokens.verify(unseen)).toThrow(refused('UNAUTHENTICATED'));
    expect(tokens.verify(at(4))).toEqual(user);
    expect(tokens.verify(other)).toBeDefined();
  });

  it('when an older change comes after a newer one, then the newer one stands', () => {
    const { tokens } = setUp();
    const user = caller();
    const { accessToken } = tokens.issue(user, { id: newId(), version: 4 });
    tokens.refuse([changed(user.id, 5)]);
    tokens.refuse([changed(user.id, 4)]);
    expect(() => tokens.verify(accessToken)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when a session ends, then its tokens are refused, seen before or not, and those of other sessions are good', () => {
    const { tokens } = setUp();
    const user = caller();
    const session = { id: newId(), version: 0 };
    const [seen, unseen, other] = [session, session, undefined].map((of) => tokens.issue(user, of).accessToken);
    tokens.verify(seen ?? '');
    expect(tokens.hasEnded(session.id)).toBe(false);
    tokens.refuse([ended(session.id)]);
    expect(tokens.hasEnded(session.id)).toBe(true);
    expect(() => tokens.verify(seen ?? '')).toThrow(refused('UNAUTHENTICATED'));
    expect(() => tokens.verify(unseen ?? '')).toThrow(refused('UNAUTHENTICATED'));
    expect(tokens.verify(other ?? '')).toEqual(user);
  });

  it('when other changes come while the tokens still run, then the first ones stay refused', () => {
    const { tokens, clock } = setUp();
    const user = caller();
    const session = { id: newId(), version: 0 };
    const mine = tokens.issue(user).accessToken;
    const ofSession = tokens.issue(caller(), session).accessToken;
    tokens.refuse([changed(user.id, 1), ended(session.id)]);
    clock.seconds = 59;
    tokens.refuse([changed(newId(), 1), ended(newId())]);
    expect(() => tokens.verify(mine)).toThrow(refused('UNAUTHENTICATED'));
    expect(() => tokens.verify(ofSession)).toThrow(refused('UNAUTHENTICATED'));
  });

  it('when all tokens that a change is about have expired, and as much time more, then it is forgotten', () => {
    const { tokens, clock } = setUp();
    const session = newId();
    tokens.refuse([ended(session)]);
    clock.seconds = 60 + 299;
    tokens.refuse([ended(newId())]);
    expect(tokens.hasEnded(session)).toBe(true);
    clock.seconds = 60 + 300;
    tokens.refuse([ended(newId())]);
    expect(tokens.hasEnded(session)).toBe(false);
  });

  it('when it is asked whose session a token is, then it says so even of one that has ended', () => {
    const { tokens, clock } = setUp();
    const user = caller();
    const session = { id: newId(), version: 2 };
    const { accessToken } = tokens.issue(user, session);
    tokens.refuse([ended(session.id)]);
    expect(tokens.sessionOf(accessToken)).toEqual({ userId: user.id, session });
    expect(() => tokens.sessionOf(`${accessToken}x`)).toThrow(refused('UNAUTHENTICATED'));
    clock.seconds = 60;
    expect(() => tokens.sessionOf(accessToken)).toThrow(refused('TOKEN_EXPIRED'));
  });

  it('when the secret has 31 bytes, then the service does not start; with 32 it does', () => {
    const start = (secretGiven: string) => () => createTokenService({ secret: secretGiven, accessTtlSeconds: 60 });
    expect(start('x'.repeat(31))).toThrow(expect.objectContaining({ name: 'StartError' }) as Error);
    expect(start('x'.repeat(32))).not.toThrow();
    // 16 characters of two bytes each.
    expect(start('é'.repeat(16))).not.toThrow();
  });
});
