import type { Connection } from 'mongoose';
import { createSessionModel, createSessionStore, sessionCollection } from '../../src/models/session.model.js';
import { userCollection, type UserDocument } from '../../src/models/user.model.js';
import { newId } from '../../src/utils/uuid.js';
import { accountCalls, type AccountCalls } from '../helpers/accounts.js';
import type { Answer } from '../helpers/api-client.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway } from '../helpers/patiently.js';
import { customers, startShop, type LocalShop } from '../helpers/shop.js';

const outcome = ({ status, error }: Answer) => (status < 400 ? status : `${status} ${error.code}`);
const noLonger = '401 UNAUTHENTICATED';

describeMongo('sessions', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  let connection: Connection;
  let accounts: AccountCalls;

  beforeAll(async () => {
    shop = await startShop(database.uri);
    connection = await database.connect();
    accounts = accountCalls(shop.client, () => connection);
  });
  afterAll(() => shop.close());

  const sessionsOf = (userId: string) => connection.collection(sessionCollection).find({ userId }).toArray();
  const logout = (call: Parameters<LocalShop['client']['api']>[2]) => shop.client.api('POST', '/auth/logout', call);

  it('when somebody signs in, then 15 minutes and a refresh token, of which the database has no copy', async () => {
    const { accessToken, refreshToken, expiresIn, user } = await accounts.newcomer();

    expect(expiresIn).toBe(900);
    expect(outcome(await accounts.me(accessToken))).toBe(200);
    const stored = await sessionsOf(user.id);
    expect(stored).toHaveLength(1);
    const bytes = Buffer.from(refreshToken, 'base64url');
    const secrets = [
      refreshToken,
      bytes.subarray(0, 16).toString('base64url'),
      bytes.subarray(16).toString('base64url'),
    ];
    for (const secret of secrets) expect(JSON.stringify(stored)).not.toContain(secret);
    const lifeMs = (stored[0]?.['expiresAt'] as Date).getTime() - Date.now();
    expect(lifeMs / 86_400_000).toBeGreaterThan(29.9);
    expect(lifeMs / 86_400_000).toBeLessThanOrEqual(30);
  });

  describe('POST /auth/refresh', () => {
    it('when the token is the newest one, then the next pair, and both access tokens are good', async () => {
      const first = await accounts.newcomer();
      const answer = await accounts.refresh(first.refreshToken);

      expect(outcome(answer)).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.data.user).toEqual(first.user);
      expect(answer.data.refreshToken).not.toBe(first.refreshToken);
      expect(outcome(await accounts.me(first.accessToken))).toBe(200);
      expect(outcome(await accounts.me(answer.data.accessToken))).toBe(200);
    });

    it('when a token comes a second time, then 401, and with it the whole session is over, access tokens included', async () => {
      const first = await accounts.newcomer();
      const other = await accounts.signIn(first.email);
      const second = (await accounts.refresh(first.refreshToken)).data;

      expect(outcome(await accounts.refresh(first.refreshToken))).toBe(noLonger);

      expect(outcome(await accounts.refresh(second.refreshToken))).toBe(noLonger);
      expect(outcome(await accounts.me(first.accessToken))).toBe(noLonger);
      expect(outcome(await accounts.me(second.accessToken))).toBe(noLonger);
      expect(outcome(await accounts.me(other.accessToken))).toBe(200);
      expect(outcome(await accounts.refresh(other.refreshToken))).toBe(200);
    });

    it('when ten come with one token at once, then one at most is served, and the session is over', async () => {
      const { refreshToken, accessToken } = await accounts.newcomer();
      const answers = await Promise.all(Array.from({ length: 10 }, () => accounts.refresh(refreshToken)));

      const served = answers.filter(({ status }) => status === 200);
      expect(served.length).toBeLessThanOrEqual(1);
      expect(answers.filter((answer) => outcome(answer) === noLonger)).toHaveLength(10 - served.length);
      for (const { data } of served) {
        expect(outcome(await accounts.refresh(data.refreshToken))).toBe(noLonger);
        expect(outcome(await accounts.me(data.accessToken))).toBe(noLonger);
      }
      expect(outcome(await accounts.me(accessToken))).toBe(noLonger);
    });

    it('when the role has changed meanwhile, then the next access token has the new one', async () => {
      const { refreshToken, user } = await accounts.newcomer();
      await connection
        .collection<UserDocument>(userCollection)
        .updateOne({ _id: user.id }, { $set: { role: 'manager' } });

      const { data } = await accounts.refresh(refreshToken);

      expect(data.user.role).toBe('manager');
      expect(outcome(await shop.client.api('GET', '/reports', { token: data.accessToken }))).toBe(200);
    });

    it('when the session has rested for too long, then 401', async () => {
      const { refreshToken, user } = await accounts.newcomer();
      await connection
        .collection(sessionCollection)
        .updateMany({ userId: user.id }, { $set: { expiresAt: new Date() } });
      expect(outcome(await accounts.refresh(refreshToken))).toBe(noLonger);
    });

    it('when the account was disabled by another hand, then 401 and the session is over', async () => {
      const { refreshToken, user } = await accounts.newcomer();
      await connection
        .collection<UserDocument>(userCollection)
        .updateOne({ _id: user.id }, { $set: { disabled: true } });
      expect(outcome(await accounts.refresh(refreshToken))).toBe(noLonger);
      expect(await sessionsOf(user.id)).toEqual([]);
    });

    it.each([
      ['no body', undefined, '400 VALIDATION_FAILED'],
      ['no token', {}, '400 VALIDATION_FAILED'],
      ['an empty token', { refreshToken: '' }, '400 VALIDATION_FAILED'],
      ['an operator', { refreshToken: { $gt: '' } }, '400 VALIDATION_FAILED'],
      ['a field more', { refreshToken: 'x', role: 'admin' }, '400 VALIDATION_FAILED'],
      ['a token that nobody was given', { refreshToken: Buffer.alloc(48).toString('base64url') }, noLonger],
      ['something else', { refreshToken: 'x' }, noLonger],
    ])('when there is %s, then it is refused', async (_what, body, expected) => {
      const answer = await shop.client.api('POST', '/auth/refresh', { body });
      expect(outcome(answer)).toBe(expected);
      if (answer.status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer');
    });
  });

  describe('POST /auth/logout', () => {
    it('when it comes with the access token, then 204, however often, and nothing of the session is good any more', async () => {
      const mine = await accounts.newcomer();
      const other = await accounts.signIn(mine.email);

      const answers = [await logout({ token: mine.accessToken }), await logout({ token: mine.accessToken })];

      expect(answers.map(outcome)).toEqual([204, 204]);
      expect(outcome(await accounts.me(mine.accessToken))).toBe(noLonger);
      expect(outcome(await accounts.refresh(mine.refreshToken))).toBe(noLonger);
      expect(outcome(await accounts.me(other.accessToken))).toBe(200);
    });

    it('when it comes with the refresh token, then 204, however often, and nothing of the session is good any more', async () => {
      const { accessToken, refreshToken } = await accounts.newcomer();

      const answers = [await logout({ body: { refreshToken } }), await logout({ body: { refreshToken } })];

      expect(answers.map(outcome)).toEqual([204, 204]);
      expect(outcome(await accounts.me(accessToken))).toBe(noLonger);
      expect(outcome(await accounts.refresh(refreshToken))).toBe(noLonger);
    });

    it('when the access token is made up, then the refresh token is enough', async () => {
      const { accessToken, refreshToken } = await accounts.newcomer();
      expect(outcome(await logout({ token: 'made.up.token', body: { refreshToken } }))).toBe(204);
      expect(outcome(await accounts.me(accessToken))).toBe(noLonger);
    });

    it.each([
      ['neither', {}, noLonger],
      ['an empty body', { body: {} }, noLonger],
      ['a made-up access token', { token: 'made.up.token' }, noLonger],
      ['a field more', { body: { refreshToken: 'x', all: true } }, '400 VALIDATION_FAILED'],
    ])('when there is %s, then it is refused', async (_what, call, expected) => {
      expect(outcome(await logout(call))).toBe(expected);
    });

    it('when 100 sign out at once, then all are out', async () => {
      const leaving = customers(100);
      const answers = await Promise.all(leaving.map(({ token }) => logout({ token })));
      expectNobodyTurnedAway(answers);
      expect(new Set(answers.map(outcome))).toEqual(new Set([204]));
      const after = await Promise.all(leaving.map(({ token }) => shop.client.purchases({ token })));
      expectNobodyTurnedAway(after);
      expect(new Set(after.map(outcome))).toEqual(new Set([noLonger]));
    });
  });

  it('when an account has more sessions than it may keep, then the eldest of them are found', async () => {
    await createSessionModel(connection).createIndexes();
    const store = createSessionStore(connection);
    const userId = newId();
    const ids = Array.from({ length: 55 }, () => newId());
    const at = new Date();
    for (const id of ids) {
      await store.add({
        ...{ _id: id, userId, handle: id, secret: id },
        ...{ startedAt: at, refreshedAt: at, expiresAt: new Date(at.getTime() + 60_000) },
      });
    }
    expect((await store.beyond(userId, 50)).map(({ _id }) => _id).sort()).toEqual(ids.sort().slice(0, 5));
  });
});
