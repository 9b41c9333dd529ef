import type { ClientSession, Connection } from 'mongoose';
import type { DomainEvent } from '../schemas/events.js';
import type { Role } from '../utils/caller.js';
import { newId } from '../utils/uuid.js';
import type { AccountChange, AccountChanges } from './account-change.model.js';
import type { AdminActionDocument, AdminActionStore } from './admin-action.model.js';
import { outboxCollection, type OutboxDocument } from './outbox.model.js';
import type { SessionStore } from './session.model.js';
import { inTransaction } from './transaction.js';
import { sessionVersionOf, userCollection, type UserChange, type UserDocument, type UserRecord } from './user.model.js';

const queryMsMax = 2_000;
/** What sorts behind every character that people type: the end of a range of beginnings. */
const behindAll = '\uffff';

export interface AccountsAsked {
  /** How the address or the folded name begins. */
  beginning: { email: string; nameKey: string } | undefined;
  role: Role | undefined;
  disabled: boolean | undefined;
  beforeId: string | undefined;
  limit: number;
}

/** What is decided about an account, to be written together. */
export interface AccountWrite {
  change: UserChange;
  /** Whether its refresh tokens go as well. */
  endsSessions: boolean;
  /** The event that tells of it, given what the account has become. */
  event: (after: UserRecord) => DomainEvent;
  /** Its line of the audit log, where an admin has done it. */
  action?: AdminActionDocument;
}

/** An account before and after; the same where nothing was to be changed. */
export interface AccountWritten {
  before: UserRecord;
  after: UserRecord;
}

export interface AccountStoreDependencies {
  changes: Pick<AccountChanges, 'record'>;
  sessions: Pick<SessionStore, 'removeMany' | 'removeOfUser'>;
  actions: Pick<AdminActionStore, 'add'>;
}

const rangeOf = (beginning: string) => ({ $gte: beginning, $lt: beginning + behindAll });

/**
 * What makes tokens worthless: changes of accounts and ends of sessions, each in one transaction with what tells of it. All of
 * them take a number from one counter, so of two at once one sees what the other has done.
 */
export const createAccountStore = (
  connection: Connection,
  { changes, sessions, actions }: AccountStoreDependencies,
) => {
  const users = connection.collection<UserDocument>(userCollection);
  const outbox = connection.collection<OutboxDocument>(outboxCollection);
  const withoutHash = { passwordHash: 0 } as const;

  const publish = async (events: readonly DomainEvent[], session: ClientSession): Promise<void> => {
    await outbox.insertOne({ _id: newId(), events: [...events], createdAt: new Date() }, { session });
  };

  const write = async (before: UserRecord, write: AccountWrite, session: ClientSession): Promise<UserRecord> => {
    const after = await users.findOneAndUpdate(
      { _id: before._id },
      { $set: { ...write.change, updatedAt: new Date() }, $inc: { sessionVersion: 1 } },
      { session, projection: withoutHash, returnDocument: 'after' },
    );
    if (after === null) throw new Error('An account was removed while it was changed.');
    await changes.record([{ kind: 'user', id: after._id, version: sessionVersionOf(after) }], session);
    if (write.endsSessions) await sessions.removeOfUser(after._id, session);
    if (write.action !== undefined) await actions.add(write.action, session);
    await publish([write.event(after)], session);
    return after;
  };

  return {
    /**
     * Changes an account as `decide` says, which sees it and how many other admins can sign in, as they are when it is written;
     * null leaves it as it is. Null when there is no such account.
     * @throws what `decide` throws, and then nothing is written
     */
    change: (
      id: string,
      decide: (before: UserRecord, otherAdmins: number) => AccountWrite | null,
    ): Promise<AccountWritten | null> =>
      inTransaction(connection, async (session) => {
        const before = await users.findOne<UserRecord>({ _id: id }, { session, projection: withoutHash });
        if (before === null) return null;
        const admins = { role: 'admin', disabled: false, _id: { $ne: id } } as const;
        const decided = decide(before, await users.countDocuments(admins, { session }));
        return { before, after: decided === null ? before : await write(before, decided, session) };
      }),

    /** Ends sessions; those that have ended before stay so. @param events what tells of it */
    endSessions: (ids: readonly string[], events: readonly DomainEvent[]): Promise<void> =>
      inTransaction(connection, async (session) => {
        await sessions.removeMany(ids, session);
        await changes.record(
          ids.map((id): AccountChange => ({ kind: 'session', id })),
          session,
        );
        await publish(events, session);
      }),

    /** Newest first. */
    list: ({ beginning, role, disabled, beforeId, limit }: AccountsAsked): Promise<UserRecord[]> =>
      users
        .find<UserRecord>(
          {
            ...(role === undefined ? {} : { role }),
            ...(disabled === undefined ? {} : { disabled }),
            ...(beforeId === undefined ? {} : { _id: { $lt: beforeId } }),
            ...(beginning === undefined
              ? {}
              : { $or: [{ email: rangeOf(beginning.email) }, { nameKey: rangeOf(beginning.nameKey) }] }),
          },
          { projection: withoutHash, sort: { _id: -1 }, limit, batchSize: limit + 1, maxTimeMS: queryMsMax },
        )
        .toArray(),
  };
};

export type AccountStore = ReturnType<typeof createAccountStore>;
