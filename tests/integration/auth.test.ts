import express, { type Express } from 'express';
import jwt from 'jsonwebtoken';
import type { Connection } from 'mongoose';
import request from 'supertest';
import { createAuthController } from '../../src/controllers/auth.controller.js';
import { createAuthenticate } from '../../src/middlewares/authenticate.js';
import { authorize } from '../../src/middlewares/authorize.js';
import { createErrorHandler } from '../../src/middlewares/error-handler.js';
import { createGuard } from '../../src/middlewares/guard.js';
import { createJsonBody } from '../../src/middlewares/json-body.js';
import { createAccountChanges } from '../../src/models/account-change.model.js';
import { createAccountStore } from '../../src/models/account-store.js';
import { createAdminActionStore } from '../../src/models/admin-action.model.js';
import { createOutboxModel } from '../../src/models/outbox.model.js';
import { createSessionStore } from '../../src/models/session.model.js';
import { createUserModel, createUserStore, type UserDocument } from '../../src/models/user.model.js';
import { createAuthRoutes } from '../../src/routes/auth.routes.js';
import { signedIn, userView } from '../../src/schemas/people.js';
import { userChanged } from '../../src/services/account-events.js';
import { createAccountWatch } from '../../src/services/account-watch.service.js';
import { createAuthService } from '../../src/services/auth.service.js';
import { createPasswordService } from '../../src/services/password.service.js';
import { createSessionEnd } from '../../src/services/session-end.service.js';
import { createSessionService } from '../../src/services/session.service.js';
import { createTokenService } from '../../src/services/token.service.js';
import { createUserNames } from '../../src/services/user-names.js';
import { roles } from '../../src/utils/caller.js';
import { newId } from '../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';

const silent = { warn: () => undefined, error: () => undefined };

/** What one process of the service has of people, on a connection of its own. */
const createPeople = (connection: Connection) => {
  const model = createUserModel(connection);
  const outbox = createOutboxModel(connection);
  const users = createUserStore({ users: model, outbox });
  const clock = { aheadMs: 0 };
  const tokens = createTokenService({
    secret: 'a secret of this test, 32 bytes or more',
    accessTtlSeconds: 900,
    now: () => Date.now() + clock.aheadMs,
  });
  const changes = createAccountChanges(connection, { keptMs: 3_600_000 });
  const sessionStore = createSessionStore(connection);
  const actions = createAdminActionStore(connection);
  const accounts = createAccountStore(connection, { changes, sessions: sessionStore, actions });
  const ends = createSessionEnd({ store: accounts, tokens });
  const sessions = createSessionService({ users, sessions: sessionStore, ends, tokens });
  const auth = createAuthService({ users, accounts, passwords: createPasswordService(), sessions });
  const watch = createAccountWatch({ changes, tokens, logger: silent });
  const disable = (id: string) =>
    accounts.change(id, () => ({ change: { disabled: true }, endsSessions: true, event: userChanged }));
  return { model, outbox, users, tokens, auth, sessions, watch, disable, clock, names: createUserNames({ users }) };
};

type People = ReturnType<typeof createPeople>;

const createPeopleApp = ({ tokens, auth, sessions, watch }: People): Express => {
  const authenticate = createAuthenticate({ tokens, accounts: watch });
  const app = express();
  app.use(createJsonBody({ limitBytes: 10_000 }));
  app.use(
    createAuthRoutes({ controller: createAuthController({ auth, sessions }), guard: createGuard({ authenticate }) }),
  );
  app.get('/for-managers', authenticate, authorize('manager', 'admin'), (_req, res) => void res.json({ open: true }));
  app.use(createErrorHandler({ logger: silent }));
  return app;
};

interface Refusal {
  status_code: number;
  error: { code: string; details?: { path: string; message: string }[] };
}

const password = 'correct horse battery';
const newEmail = () => `${newId()}@example.com`;
const dataOf = (response: request.Response): unknown => (response.body as { data: unknown }).data;
const refusalOf = (response: request.Response) => {
  const { status_code, error } = response.body as Refusal;
  expect(status_code).toBe(response.status);
  return { status: response.status, code: error.code, paths: error.details?.map(({ path }) => path).sort() };
};

describeMongo('people', () => {
  const database = freshDatabase();
  let people: People;
  let other: People;
  let app: Express;

  beforeAll(async () => {
    people = createPeople(await database.connect());
    other = createPeople(await database.connect());
    await people.model.createIndexes();
    await people.outbox.createCollection();
    app = createPeopleApp(people);
  });

  const post = (path: string, body: object) => request(app).post(path).send(body);
  const register = (email: string, name = 'Ada') => post('/auth/register', { email, password, name });
  const signIn = async (email: string, given = password) =>
    signedIn.parse(dataOf(await post('/auth/login', { email, password: given }).expect(200)));
  const stored = (email: string): Promise<UserDocument | null> => people.users.credentialsByEmail(email);

  describe('POST /auth/register', () => {
    it('when the address is new, then 201 with the account, a user, and no word of the password', async () => {
      const email = newEmail();
      const response = await register(email.toUpperCase()).expect(201);
      expect(response.body).toMatchObject({ status_code: 201, message: 'Account created' });
      expect(userView.parse(dataOf(response))).toMatchObject({ email, name: 'Ada', role: 'user' });
      expect(response.text).not.toMatch(/password|hash|argon2/i);
      expect(response.headers['cache-control']).toBe('no-store');
      expect((await stored(email))?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    });

    it('when an account is made, then its welcome mail is a job of the same transaction; when it is refused, there is none', async () => {
      const email = newEmail();
      const before = await people.outbox.countDocuments();
      await register(email).expect(201);
      await register(email).expect(409);
      const account = await stored(email);
      const notes = await people.outbox.find().sort({ _id: 1 }).skip(before).lean();
      const jobs = notes.flatMap((note) => note.jobs ?? []);
      expect(jobs).toMatchObject([{ queue: 'mail-queue', name: 'welcome', data: { userId: account?._id } }]);
    });

    it('when the address is taken, in whatever case, then 409 DUPLICATE_EMAIL and nothing changes', async () => {
      const email = newEmail();
      await register(email).expect(201);
      const before = await stored(email);
      expect(refusalOf(await register(email.toUpperCase(), 'Eve'))).toMatchObject({
        status: 409,
        code: 'DUPLICATE_EMAIL',
      });
      expect(await stored(email)).toEqual(before);
    });

    it('when ten register one address at once, then one gets 201 and nine 409, and there is one account', async () => {
      const email = newEmail();
      const answers = await Promise.all(Array.from({ length: 10 }, () => register(email)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
      expect(await people.model.countDocuments({ email })).toBe(1);
    });

    it('when the body names a role or other fields of ours, then 400 names them all and nobody is made', async () => {
      const email = newEmail();
      const sent = { email, password, name: 'Eve', role: 'admin', disabled: false, passwordHash: 'x', _id: 'x' };
      expect(refusalOf(await post('/auth/register', sent))).toEqual({
        status: 400,
        code: 'VALIDATION_FAILED',
        paths: ['_id', 'disabled', 'passwordHash', 'role'],
      });
      expect(await stored(email)).toBeNull();
    });

    it('when every field is wrong, then 400 names every one', async () => {
      const response = await post('/auth/register', { email: 'x', password: 'short', name: ' ' });
      expect(refusalOf(response)).toEqual({
        status: 400,
        code: 'VALIDATION_FAILED',
        paths: ['email', 'name', 'password'],
      });
    });

    it('when there is no body, then 400', async () => {
      expect(refusalOf(await request(app).post('/auth/register'))).toMatchObject({ code: 'VALIDATION_FAILED' });
    });
  });

  describe('POST /auth/login', () => {
    it('when address and password are right, then 200 with a token of the account that lasts as it says', async () => {
      const email = newEmail();
      await register(email).expect(201);
      const response = await post('/auth/login', { email: ` ${email.toUpperCase()} `, password }).expect(200);
      const answer = signedIn.parse(dataOf(response));
      expect(answer).toMatchObject({ expiresIn: 900, user: { email, role: 'user' } });
      const { sub, role, iat, exp } = jwt.decode(answer.accessToken) as Record<string, unknown>;
      expect({ sub, role }).toEqual({ sub: answer.user.id, role: 'user' });
      expect(Number(exp) - Number(iat)).toBe(answer.expiresIn);
      expect(response.headers['cache-control']).toBe('no-store');
    });

    it('when the password is wrong, nobody has the address or the account is disabled, then the same 401', async () => {
      const [email, disabled] = [newEmail(), newEmail()];
      await register(email).expect(201);
      await register(disabled).expect(201);
      const id = (await stored(disabled))?._id ?? '';
      await people.disable(id);
      const answers = [
        await post('/auth/login', { email, password: 'wrong horse battery' }),
        await post('/auth/login', { email: newEmail(), password }),
        await post('/auth/login', { email: disabled, password }),
      ];
      for (const answer of answers) {
        expect(refusalOf(answer)).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
        expect(answer.headers['www-authenticate']).toBe('Bearer');
        expect(answer.body).toEqual(answers[0]?.body);
      }
    });

    it.each([
      ['an operator for the address', { email: { $gt: '' }, password }],
      ['an operator for the password', { email: 'ada@example.com', password: { $ne: '' } }],
      ['a list of addresses', { email: ['ada@example.com'], password }],
      ['no password', { email: 'ada@example.com' }],
      ['a field more', { email: 'ada@example.com', password, role: 'admin' }],
    ])('when there is %s, then 400', async (_what, body) => {
      expect(refusalOf(await post('/auth/login', body))).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    });
  });

  describe('GET /auth/me', () => {
    const me = (header?: string) => {
      const asked = request(app).get('/auth/me');
      return header === undefined ? asked : asked.set('Authorization', header);
    };

    it('when signed in, then 200 with the account', async () => {
      const email = newEmail();
      await register(email).expect(201);
      const { accessToken, user } = await signIn(email);
      const response = await me(`Bearer ${accessToken}`).expect(200);
      expect(dataOf(response)).toEqual(user);
      expect(response.headers['cache-control']).toBe('no-store');
    });

    it.each([undefined, 'Bearer nonsense', 'Basic YWRhOnB3', 'Bearer '])(
      'when the header is %j, then 401',
      async (header) => {
        const response = await me(header);
        expect(refusalOf(response)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
        expect(response.headers['www-authenticate']).toBe('Bearer');
      },
    );

    it('when the token comes in the query, then it is not taken', async () => {
      const { accessToken } = people.tokens.issue({ id: newId(), role: 'user' });
      expect(refusalOf(await request(app).get('/auth/me').query({ access_token: accessToken }))).toMatchObject({
        status: 401,
      });
    });

    it('when the token has run out, then 401 TOKEN_EXPIRED', async () => {
      const { accessToken } = people.tokens.issue({ id: newId(), role: 'user' });
      people.clock.aheadMs = 900_000;
      const response = await me(`Bearer ${accessToken}`);
      people.clock.aheadMs = 0;
      expect(refusalOf(response)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
    });

    it('when the account is disabled after sign-in, then 401', async () => {
      const email = newEmail();
      await register(email).expect(201);
      const { accessToken, user } = await signIn(email);
      await people.disable(user.id);
      expect(refusalOf(await me(`Bearer ${accessToken}`))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    });
  });

  describe('a route for managers', () => {
    it('when a user, a manager, an admin and nobody come, then 403, 200, 200 and 401', async () => {
      const statuses: number[] = [];
      for (const role of roles) {
        const { accessToken } = people.tokens.issue({ id: newId(), role });
        const response = await request(app).get('/for-managers').set('Authorization', `Bearer ${accessToken}`);
        if (role === 'user') expect(refusalOf(response)).toMatchObject({ code: 'FORBIDDEN' });
        statuses.push(response.status);
      }
      const nobody = await request(app).get('/for-managers');
      expect([...statuses, nobody.status]).toEqual([403, 200, 200, 401]);
    });
  });

  describe('ensureAdmin', () => {
    it('when two processes start at once, ten times over, then there is one admin, who can sign in', async () => {
      const email = newEmail();
      const starts = Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? people : other).auth.ensureAdmin({ email, password }),
      );
      const ids = await Promise.all(starts);
      expect(await people.model.countDocuments({ email })).toBe(1);
      const { user } = await signIn(email);
      expect(user.role).toBe('admin');
      expect(new Set(ids)).toEqual(new Set([user.id]));
    });

    it('when nothing has to change, then the account is left alone', async () => {
      const email = newEmail();
      await people.auth.ensureAdmin({ email, password });
      const before = await stored(email);
      await other.auth.ensureAdmin({ email, password });
      expect(await stored(email)).toEqual(before);
    });

    it('when a disabled user has the address, then role, password and life are what the operator says', async () => {
      const email = newEmail();
      await register(email, 'Ada').expect(201);
      await people.disable((await stored(email))?._id ?? '');
      await people.auth.ensureAdmin({ email, password: 'a new password' });
      expect((await signIn(email, 'a new password')).user).toMatchObject({ role: 'admin', name: 'Ada' });
      await post('/auth/login', { email, password }).expect(401);
    });
  });

  describe('stored people', () => {
    it('when somebody reads them without asking for the hash, then it is not there', async () => {
      const email = newEmail();
      await register(email).expect(201);
      const id = (await stored(email))?._id ?? '';
      const asked = await people.model.findOne({ email }).select('+passwordHash');
      expect(asked?.passwordHash).toMatch(/^\$argon2id/);
      expect(JSON.stringify([await people.users.byId(id), asked, asked?.toObject()])).not.toMatch(
        /argon2|passwordHash/,
      );
    });

    it('when names are asked for, then those who exist have one', async () => {
      const email = newEmail();
      await register(email, 'Grace').expect(201);
      const id = (await stored(email))?._id ?? '';
      expect(await people.names.of([id, newId(), id])).toEqual(new Map([[id, 'Grace']]));
    });
  });
});
