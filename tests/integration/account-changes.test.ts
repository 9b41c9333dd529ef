import type { Connection } from 'mongoose';
import {
  createAccountChanges,
  startPosition,
  type AccountChange,
  type AccountChanges,
} from '../../src/models/account-change.model.js';
import type { EventOf } from '../../src/schemas/events.js';
import { createAccountFollow } from '../../src/services/account-follow.service.js';
import { newId } from '../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';

const keptMs = 60_000;
const ended = (id = newId()): AccountChange => ({ kind: 'session', id });
const changed = (id: string, version: number): AccountChange => ({ kind: 'user', id, version });

describeMongo('account changes', () => {
  const database = freshDatabase();
  let connection: Connection;
  let changes: AccountChanges;
  let other: AccountChanges;
  const stored = () => connection.collection('account_changes');
  const newest = () => connection.collection<{ _id: string }>('newest_account_change');

  beforeAll(async () => {
    connection = await database.connect();
    changes = createAccountChanges(connection, { keptMs });
    other = createAccountChanges(await database.connect(), { keptMs });
  });
  beforeEach(async () => {
    await stored().deleteMany({});
    await newest().deleteMany({});
  });

  it('when nothing was ever changed, then there is nothing to learn', async () => {
    expect(await changes.since(startPosition)).toEqual({ position: startPosition, changes: [] });
  });

  it('when changes are kept, then each is learnt once, in its order', async () => {
    const [a, b, c] = [ended(), changed(newId(), 1), ended()];
    await changes.keep([a, b]);
    const first = await other.since(startPosition);
    expect(first.changes).toEqual([a, b]);
    expect((await other.since(first.position)).changes).toEqual([]);
    await changes.keep([c]);
    const second = await other.since(first.position);
    expect(second.changes).toContainEqual(c);
    expect(second.changes).not.toContainEqual(a);
    expect(second.position.seq).toBe(3);
    expect((await other.since(second.position)).changes).toEqual([]);
  });

  it('when a change is not newer than what is kept, in the same call or before, then it is dropped', async () => {
    const [user, session] = [newId(), newId()];
    await changes.keep([changed(user, 3), changed(user, 2), ended(session), ended(session)]);
    await other.keep([changed(user, 3), ended(session)]);
    await other.keep([changed(user, 1)]);
    const { changes: all, position } = await changes.since(startPosition);
    expect(all).toEqual([changed(user, 3), ended(session)]);
    expect(position.seq).toBe(2);
    await other.keep([changed(user, 4)]);
    expect((await changes.since(position)).changes).toContainEqual(changed(user, 4));
  });

  it('when two processes keep changes at once, then none is missed by somebody who reads all along', async () => {
    const kept = Array.from({ length: 20 }, () => ended());
    let position = startPosition;
    const learnt = new Set<string>();
    const read = async (): Promise<void> => {
      const news = await changes.since(position);
      for (const { id } of news.changes) learnt.add(id);
      position = news.position;
    };
    const state = { writing: true };
    const writeOn = async (writer: number): Promise<void> => {
      for (const [index, change] of kept.entries()) {
        if (index % 4 === writer) await (writer % 2 === 0 ? changes : other).keep([change]);
      }
    };
    const writing = Promise.all([0, 1, 2, 3].map(writeOn)).finally(() => (state.writing = false));
    while (state.writing) await read();
    await writing;
    await read();
    expect([...learnt].sort()).toEqual(kept.map(({ id }) => id).sort());
    expect(position.seq).toBe(20);
  });

  it('when the number that was seen belongs to another change now, then all are learnt anew', async () => {
    await changes.keep([ended()]);
    const { position } = await changes.since(startPosition);
    await stored().deleteMany({});
    await newest().deleteMany({});
    const [a, b] = [ended(), ended()];
    await changes.keep([a]);
    expect((await changes.since(position)).changes).toEqual([a]);
    await changes.keep([b]);
    expect((await changes.since(position)).changes).toEqual([a, b]);
  });

  it('when the newest change is not to be seen, then nobody is told that all is known, until it has expired', async () => {
    await changes.keep([ended()]);
    await stored().deleteMany({});
    await expect(changes.since(startPosition)).rejects.toThrow('not to be seen');
    await newest().updateOne({ _id: 'newest' }, { $set: { expiresAt: new Date() } });
    expect((await changes.since(startPosition)).changes).toEqual([]);
  });

  it('when a transaction is taken back, then so are its changes', async () => {
    const session = connection.getClient().startSession();
    session.startTransaction();
    await changes.record([ended()], session);
    await session.abortTransaction();
    await session.endSession();
    expect(await changes.since(startPosition)).toEqual({ position: startPosition, changes: [] });
  });

  it('when a service follows by events, which come twice and in any order, then it refuses tokens by the newest', async () => {
    const refused: AccountChange[] = [];
    const tokens = { refuse: (given: readonly AccountChange[]) => void refused.push(...given) };
    const { follow } = createAccountFollow({ changes, tokens });
    const [userId, sessionId] = [newId(), newId()];
    const about = { version: 1, occurredAt: new Date().toISOString() } as const;
    const userChanged = (sessionVersion: number): EventOf<'user.changed'> => ({
      ...about,
      id: newId(),
      type: 'user.changed',
      data: { userId, role: 'user', disabled: true, sessionVersion },
    });
    const sessionEnded = { ...about, id: newId(), type: 'session.ended', data: { sessionId, userId } } as const;

    await Promise.all([follow(userChanged(2)), follow(sessionEnded), follow(userChanged(1))]);
    await Promise.all([follow(userChanged(2)), follow(sessionEnded)]);

    const { changes: kept } = await other.since(startPosition);
    expect(kept).toEqual([changed(userId, 2), ended(sessionId)]);
    expect(refused).toEqual(expect.arrayContaining(kept));
  });
});
