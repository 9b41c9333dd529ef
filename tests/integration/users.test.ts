import type { Connection } from 'mongoose';
import { createAccountChanges } from '../../src/models/account-change.model.js';
import { createAccountStore } from '../../src/models/account-store.js';
import { createAdminActionStore } from '../../src/models/admin-action.model.js';
import { createSessionStore } from '../../src/models/session.model.js';
import { userCollection, type UserDocument } from '../../src/models/user.model.js';
import { adminActionView, type AdminActionView } from '../../src/schemas/admin-action.js';
import { accountView, type AccountView } from '../../src/schemas/people.js';
import { createUserService } from '../../src/services/user.service.js';
import { AppError } from '../../src/utils/errors.js';
import { newId } from '../../src/utils/uuid.js';
import { accountCalls, type Account, type AccountCalls } from '../helpers/accounts.js';
import type { Answer } from '../helpers/api-client.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { startShop, type LocalShop } from '../helpers/shop.js';

const outcome = ({ status, error }: Answer) => (status < 400 ? status : `${status} ${error.code}`);

describeMongo('user management', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  let connection: Connection;
  let accounts: AccountCalls;
  let admin: Account;

  beforeAll(async () => {
    shop = await startShop(database.uri);
    connection = await database.connect();
    accounts = accountCalls(shop.client, () => connection);
    admin = await accounts.operator();
  });
  afterAll(() => shop.close());

  const get = (path: string) => shop.client.api('GET', path, { token: admin.accessToken });
  const list = (query = '') => get(`/users${query}`) as Promise<Answer<AccountView[]>>;
  const log = (query = '') => get(`/audit-log${query}`) as Promise<Answer<AdminActionView[]>>;
  const patch = (id: string, body: unknown, token = admin.accessToken) =>
    accounts.patch(id, body, token) as Promise<Answer<AccountView>>;
  const emails = ({ data }: Answer<AccountView[]>) => data.map(({ email }) => email);

  describe('GET /users', () => {
    const mark = newId();
    const email = (name: string) => `${name}.${mark}@example.com`;

    beforeAll(async () => {
      for (const [name, address] of [
        ['Éloïse Martin', 'eloise'],
        ['Zoë (.*) Smith', 'zoe'],
        ['Martin Elo', 'elomar'],
      ] as const) {
        await accounts.register(name, email(address));
      }
    });

    it('when nothing is asked for, then the newest come first, with all that admins see and no hash', async () => {
      const answer = await list('?limit=3');
      expect(answer.data.map((row) => accountView.parse(row).email)).toEqual(['elomar', 'zoe', 'eloise'].map(email));
      expect(answer.text).not.toMatch(/hash|argon/i);
      expect(answer.headers['cache-control']).toBe('no-store');
    });

    it('when pages are followed, then each account comes once', async () => {
      const all = emails(await list('?limit=100'));
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Answer<AccountView[]> = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
        seen.push(...emails(page));
        cursor = page.meta.nextCursor;
      }
      expect(seen).toEqual(all);
    });

    it.each([
      ['an address begins so', 'elo', ['elomar', 'eloise']],
      ['an address begins so, in capitals', 'ELOI', ['eloise']],
      ['a name begins so, without its accents', 'eloise mar', ['eloise']],
      ['a name has it, but not at its beginning', 'smith', []],
      ['it is a regular expression', '.*', []],
      ['it is a part of one that a name begins with', 'zoe (.*', ['zoe']],
      ['it is an open bracket', '(', []],
    ])('when %s, then those and no others are found', async (_what, q, expected) => {
      expect(emails(await list(`?q=${encodeURIComponent(q)}`))).toEqual(expected.map(email));
    });

    it('when role and life are asked for, then both are looked at', async () => {
      const manager = await accounts.ofRole('manager');
      await patch(manager.user.id, { disabled: true });
      const other = await accounts.ofRole('manager');
      expect(emails(await list('?role=manager&disabled=true'))).toEqual([manager.email]);
      expect(emails(await list('?role=manager&disabled=false'))).toEqual([other.email]);
      expect(emails(await list(`?role=user&q=${manager.email}`))).toEqual([]);
    });

    it.each(['?limit=0', '?limit=101', '?role=root', '?disabled=1', '?q=', '?sort=email', '?q=a&q=b', '?cursor=x'])(
      'when the query is %s, then 400',
      async (query) => {
        expect(outcome(await list(query))).toBe('400 VALIDATION_FAILED');
      },
    );

    it('when a cursor is of another query, then 400', async () => {
      const { meta } = await list('?limit=1');
      expect(outcome(await list(`?limit=1&role=user&cursor=${String(meta.nextCursor)}`))).toBe('400 VALIDATION_FAILED');
    });
  });

  describe('GET /users/:id', () => {
    it('when there is one, then 200; when there is none, then 404; when the id is none, then 400', async () => {
      const { user, email } = await accounts.newcomer();
      const found = await get(`/users/${user.id}`);
      expect(accountView.parse(found.data)).toMatchObject({ ...user, email, disabled: false });
      expect(outcome(await get(`/users/${newId()}`))).toBe('404 NOT_FOUND');
      expect(outcome(await get('/users/me'))).toBe('400 INVALID_ID');
    });
  });

  describe('PATCH /users/:id', () => {
    it('when somebody is disabled, then nothing that they have is good, and an enabled one signs in anew', async () => {
      const { accessToken, refreshToken, email, user } = await accounts.newcomer();
      const answer = await patch(user.id, { disabled: true });

      expect(accountView.parse(answer.data)).toMatchObject({ id: user.id, role: 'user', disabled: true });
      expect(outcome(await accounts.me(accessToken))).toBe('401 UNAUTHENTICATED');
      expect(outcome(await accounts.refresh(refreshToken))).toBe('401 UNAUTHENTICATED');
      expect(outcome(await accounts.login(email))).toBe('401 INVALID_CREDENTIALS');

      await patch(user.id, { disabled: false });
      expect(outcome(await accounts.me(accessToken))).toBe('401 UNAUTHENTICATED');
      expect(outcome(await accounts.refresh(refreshToken))).toBe('401 UNAUTHENTICATED');
      expect(outcome(await accounts.login(email))).toBe(200);
    });

    it('when a role changes, then the old access token is refused, and a refresh brings one with the new role', async () => {
      const { accessToken, refreshToken, user } = await accounts.newcomer();
      const reports = (token: string) => shop.client.api('GET', '/reports', { token });
      expect(outcome(await reports(accessToken))).toBe('403 FORBIDDEN');

      await patch(user.id, { role: 'manager' });
      expect(outcome(await reports(accessToken))).toBe('401 UNAUTHENTICATED');
      const promoted = (await accounts.refresh(refreshToken)).data;
      expect(outcome(await reports(promoted.accessToken))).toBe(200);

      await patch(user.id, { role: 'user' });
      expect(outcome(await reports(promoted.accessToken))).toBe('401 UNAUTHENTICATED');
      const demoted = (await accounts.refresh(promoted.refreshToken)).data;
      expect(outcome(await reports(demoted.accessToken))).toBe('403 FORBIDDEN');
    });

    it.each([
      ['nothing to change', {}],
      ['no body', undefined],
      ['a role that does not exist', { role: 'root' }],
      ['a list of roles', { role: ['admin'] }],
      ['no truth value', { disabled: 'true' }],
      ['a field that is not the admin’s', { disabled: true, email: 'eve@example.com' }],
      ['a password', { passwordHash: 'x', role: 'user' }],
    ])('when there is %s, then 400 and nothing changes', async (_what, body) => {
      const { user, accessToken } = await accounts.newcomer();
      expect(outcome(await patch(user.id, body))).toBe('400 VALIDATION_FAILED');
      expect(outcome(await accounts.me(accessToken))).toBe(200);
    });

    it('when there is no such account, then 404; when the id is none, then 400', async () => {
      expect(outcome(await patch(newId(), { disabled: true }))).toBe('404 NOT_FOUND');
      expect(outcome(await patch('1', { disabled: true }))).toBe('400 INVALID_ID');
    });

    it('when admins would demote or disable themselves, then 409 and they stay what they are', async () => {
      for (const body of [{ disabled: true }, { role: 'user' }]) {
        const answer = await patch(admin.user.id, body);
        expect([outcome(answer), answer.error.details]).toEqual(['409 USER_STATE', { reason: 'own account' }]);
      }
      expect(outcome(await accounts.me(admin.accessToken))).toBe(200);
    });

    it('when the last two admins remove each other at once, ten times over, then one of the two is left each time', async () => {
      const service = async () => {
        const own = await database.connect();
        const users = createAccountStore(own, {
          changes: createAccountChanges(own, { keptMs: 3_600_000 }),
          sessions: createSessionStore(own),
          actions: createAdminActionStore(own),
        });
        return createUserService({
          users: { byId: () => Promise.resolve(null) },
          accounts: users,
          tokens: { refuse: () => undefined },
          inForce: () => Promise.resolve(),
        });
      };
      const [here, there] = [await service(), await service()];
      const other = await accounts.ofRole('admin');
      const users = connection.collection<UserDocument>(userCollection);
      await users.updateMany(
        { role: 'admin', _id: { $nin: [admin.user.id, other.user.id] } },
        { $set: { role: 'user' } },
      );
      const by = (account: Account) => ({ actor: { id: account.user.id, role: 'admin' }, requestId: 'r' }) as const;
      for (let round = 0; round < 10; round++) {
        const outcomes = await Promise.allSettled([
          here.change(by(admin), other.user.id, { role: 'user' }),
          there.change(by(other), admin.user.id, { disabled: true }),
        ]);
        const refusals = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
        expect(refusals).toHaveLength(1);
        expect(refusals[0]).toBeInstanceOf(AppError);
        expect(refusals[0]).toMatchObject({ code: 'USER_STATE', details: { reason: 'last admin' } });
        expect(await users.countDocuments({ role: 'admin', disabled: false })).toBe(1);
        const both = { _id: { $in: [admin.user.id, other.user.id] } };
        await users.updateMany(both, { $set: { role: 'admin', disabled: false } });
      }
      // The tokens of before are of the past.
      admin = await accounts.operator();
    });
  });

  describe('GET /audit-log', () => {
    it('when an account is changed, then who did so, how it was and what it became, under the request’s id', async () => {
      const { user } = await accounts.newcomer();
      const requestId = `audited-${newId()}`;
      const call = { token: admin.accessToken, body: { role: 'manager' }, headers: { 'x-request-id': requestId } };
      await shop.client.api('PATCH', `/users/${user.id}`, call);
      const answer = await log('?limit=1');
      expect(answer.data.map((row) => adminActionView.parse(row))).toMatchObject([
        {
          actorId: admin.user.id,
          action: 'user.changed',
          target: user.id,
          before: { role: 'user', disabled: false },
          after: { role: 'manager', disabled: false },
          requestId,
        },
      ]);
      expect(answer.text).not.toMatch(/password|argon|secret/i);
    });

    it('when nothing changed, or the change was refused, then there is no line', async () => {
      const before = (await log('?limit=1')).data[0]?.id;
      const { user } = await accounts.newcomer();
      await patch(user.id, { role: 'user' });
      await patch(admin.user.id, { disabled: true });
      expect((await log('?limit=1')).data[0]?.id).toBe(before);
    });

    it('when a product is removed, then the line says which it was', async () => {
      const product = await shop.stocked(3, { name: 'Dodo' });
      await shop.client.api('DELETE', `/products/${product.id}`, { token: admin.accessToken });
      expect((await log('?action=product.removed&limit=1')).data).toMatchObject([
        {
          actorId: admin.user.id,
          target: product.id,
          before: { name: 'Dodo', stock: 3, sku: product.sku },
          after: null,
        },
      ]);
    });

    it('when it is filtered and followed page by page, then each line comes once, newest first', async () => {
      const all = (await log(`?actorId=${admin.user.id}&action=user.changed&limit=100`)).data;
      expect(all.length).toBeGreaterThan(2);
      expect(all.map(({ id }) => id)).toEqual(
        all
          .map(({ id }) => id)
          .sort()
          .reverse(),
      );
      const first = await log(`?actorId=${admin.user.id}&action=user.changed&limit=2`);
      const next = await log(
        `?actorId=${admin.user.id}&action=user.changed&limit=100&cursor=${String(first.meta.nextCursor)}`,
      );
      expect([...first.data, ...next.data]).toEqual(all);
      expect((await log(`?actorId=${newId()}`)).data).toEqual([]);
    });

    it.each(['?actorId=x', '?action=user.made', '?limit=0', '?cursor=x', '?more=1'])(
      'when the query is %s, then 400',
      async (query) => {
        expect(outcome(await log(query))).toBe('400 VALIDATION_FAILED');
      },
    );
  });
});
