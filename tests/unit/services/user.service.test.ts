import type { AccountChange } from '../../../src/models/account-change.model.js';
import type { AccountWrite } from '../../../src/models/account-store.js';
import type { UserRecord } from '../../../src/models/user.model.js';
import type { PatchUserBody } from '../../../src/schemas/people.js';
import { createUserService } from '../../../src/services/user.service.js';
import { newId } from '../../../src/utils/uuid.js';

const at = new Date('2026-01-02T03:04:05.678Z');
const failing = (code: string, details?: unknown) =>
  expect.objectContaining(details === undefined ? { code } : { code, details }) as Error;

const account = (changes: Partial<UserRecord> = {}): UserRecord => ({
  _id: newId(),
  email: 'ada@example.com',
  name: 'Ada',
  role: 'user',
  disabled: false,
  sessionVersion: 4,
  createdAt: at,
  updatedAt: at,
  ...changes,
});

/** One account, so many other admins, and what happens in its order. */
const setUp = (found: UserRecord | null, otherAdmins = 1) => {
  const steps: string[] = [];
  const writes: AccountWrite[] = [];
  const refused: AccountChange[] = [];
  const service = createUserService({
    users: { byId: () => Promise.resolve(found) },
    accounts: {
      list: () => Promise.resolve([]),
      change: (_id, decide) => {
        if (found === null) return Promise.resolve(null);
        const decided = decide(found, otherAdmins);
        if (decided === null) return Promise.resolve({ before: found, after: found });
        writes.push(decided);
        steps.push('written');
        const sessionVersion = (found.sessionVersion ?? 0) + 1;
        return Promise.resolve({ before: found, after: { ...found, ...decided.change, sessionVersion } });
      },
    },
    tokens: {
      refuse: (changes) => {
        refused.push(...changes);
        steps.push('refused here');
      },
    },
    inForce: () => {
      steps.push('in force everywhere');
      return Promise.resolve();
    },
  });
  const actor = { id: newId(), role: 'admin' } as const;
  const change = (id: string, patch: PatchUserBody) => service.change({ actor, requestId: 'request-1' }, id, patch);
  return { service, change, actor, steps, writes, refused };
};

describe('a change of an account', () => {
  it('when somebody is disabled, then their sessions go, and it is answered once no process believes the old tokens', async () => {
    const ada = account();
    const { change, actor, steps, writes, refused } = setUp(ada);
    const shown = await change(ada._id, { disabled: true });
    expect(shown).toMatchObject({ id: ada._id, role: 'user', disabled: true });
    expect(steps).toEqual(['written', 'refused here', 'in force everywhere']);
    expect(refused).toEqual([{ kind: 'user', id: ada._id, version: 5 }]);
    expect(writes).toMatchObject([
      {
        change: { role: 'user', disabled: true },
        endsSessions: true,
        action: {
          actorId: actor.id,
          action: 'user.changed',
          target: ada._id,
          before: { role: 'user', disabled: false },
          after: { role: 'user', disabled: true },
          requestId: 'request-1',
        },
      },
    ]);
    expect(writes[0]?.event({ ...ada, disabled: true, sessionVersion: 5 })).toMatchObject({
      type: 'user.changed',
      data: { userId: ada._id, role: 'user', disabled: true, sessionVersion: 5 },
    });
  });

  it('when a role changes, then the sessions go on, for the next refresh brings the new one', async () => {
    const ada = account();
    const { change, writes } = setUp(ada);
    await change(ada._id, { role: 'manager' });
    expect(writes).toMatchObject([{ change: { role: 'manager', disabled: false }, endsSessions: false }]);
  });

  it('when nothing changes, then nothing is written, but it is answered no sooner: it may be a repeat', async () => {
    const ada = account();
    const { change, steps } = setUp(ada);
    await change(ada._id, { role: 'user', disabled: false });
    expect(steps).toEqual(['refused here', 'in force everywhere']);
  });

  it('when there is no such account, then NOT_FOUND', async () => {
    await expect(setUp(null).change(newId(), { disabled: true })).rejects.toEqual(failing('NOT_FOUND'));
  });

  it.each([{ disabled: true }, { role: 'manager' as const }, { role: 'user' as const, disabled: true }])(
    'when admins would do %j to themselves, then USER_STATE and nothing is written',
    async (patch) => {
      const ada = account({ role: 'admin' });
      const { service, steps } = setUp(ada, 5);
      const context = { actor: { id: ada._id, role: 'admin' }, requestId: 'r' } as const;
      const refusal = failing('USER_STATE', { reason: 'own account' });
      await expect(service.change(context, ada._id, patch)).rejects.toEqual(refusal);
      expect(steps).toEqual([]);
    },
  );

  it.each([{ disabled: true }, { role: 'manager' as const }])(
    'when %j would leave no admin, then USER_STATE and nothing is written',
    async (patch) => {
      const ada = account({ role: 'admin' });
      const { change, steps } = setUp(ada, 0);
      await expect(change(ada._id, patch)).rejects.toEqual(failing('USER_STATE', { reason: 'last admin' }));
      expect(steps).toEqual([]);
    },
  );

  it('when a disabled admin is demoted, then no other admin is needed', async () => {
    const ada = account({ role: 'admin', disabled: true });
    await expect(setUp(ada, 0).change(ada._id, { role: 'user' })).resolves.toMatchObject({ role: 'user' });
  });
});
