import { Schema, type ClientSession, type Connection } from 'mongoose';
import { newId } from '../utils/uuid.js';
import { inTransaction } from './transaction.js';

/**
 * A reason to refuse access tokens that were good when they were made: an account whose role or life has changed, or a
 * session that has ended.
 */
export type AccountChange =
  | {
      kind: 'user';
      /** The account; tokens of an earlier version than this are refused. */
      id: string;
      version: number;
    }
  | { kind: 'session'; id: string };

/** A change as it is stored; written once and never changed. */
export interface AccountChangeDocument {
  /** Counts all changes; a transaction that takes a number conflicts with any other, so they appear in their order. */
  _id: number;
  /** Its own, so that another change with its number is told from it: a failover may take back what was not on a majority. */
  mark: string;
  kind: AccountChange['kind'];
  /** The account or the session. */
  subject: string;
  /** Left out for a session. */
  version?: number;
  /** When the tokens that it is about have all expired, and some time more. */
  expiresAt: Date;
}

/** How far somebody has read: a change's number and mark. */
export interface ChangePosition {
  seq: number;
  mark: string;
}

/** The newest change, as one document. */
interface NewestDocument extends ChangePosition {
  _id: string;
  expiresAt: Date;
}

/** What there was to learn, and how far everything is known now. */
export interface AccountNews {
  position: ChangePosition;
  changes: AccountChange[];
}

/** Before all changes. */
export const startPosition: ChangePosition = { seq: 0, mark: '' };

const changeCollection = 'account_changes';
const newestCollection = 'newest_account_change';
const newestId = 'newest';
const lookMsMax = 1_000;

/**
 * How long a change is kept, in milliseconds: an access token's life, and as much as clocks may differ and a sign-in may take
 * that has looked at the account before the change.
 */
export const changeKeptMs = (accessTtlSeconds: number): number => (accessTtlSeconds + 300) * 1000;

/** Schema and indexes; MongoDB forgets what has expired. */
export const createAccountChangeModel = (connection: Connection) => {
  const schema = new Schema<AccountChangeDocument>(
    {
      _id: { type: Number, required: true },
      mark: { type: String, required: true },
      kind: { type: String, enum: ['user', 'session'], required: true },
      subject: { type: String, required: true },
      version: { type: Number },
      expiresAt: { type: Date, required: true },
    },
    { collection: changeCollection, versionKey: false },
  );
  schema.index({ subject: 1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return connection.model<AccountChangeDocument>('AccountChange', schema);
};

/** The newest change's collection, so that no transaction has to make it. */
export const createNewestAccountChangeModel = (connection: Connection) =>
  connection.model<NewestDocument>(
    'NewestAccountChange',
    new Schema<NewestDocument>(
      {
        _id: { type: String, required: true },
        seq: { type: Number, required: true },
        mark: { type: String, required: true },
        expiresAt: { type: Date, required: true },
      },
      { collection: newestCollection, versionKey: false },
    ),
  );

const documentOf = (change: AccountChange, { seq, mark }: ChangePosition, expiresAt: Date): AccountChangeDocument => ({
  _id: seq,
  mark,
  kind: change.kind,
  subject: change.id,
  ...(change.kind === 'user' ? { version: change.version } : {}),
  expiresAt,
});

const changeOf = ({ kind, subject: id, version = 0 }: AccountChangeDocument): AccountChange =>
  kind === 'user' ? { kind, id, version } : { kind, id };

const versionOf = (change: AccountChange): number => (change.kind === 'user' ? change.version : 0);

/** Account changes, for those who write them and those who have to know them. */
export const createAccountChanges = (connection: Connection, { keptMs }: { keptMs: number }) => {
  const changes = connection.collection<AccountChangeDocument>(changeCollection);
  const newest = connection.collection<NewestDocument>(newestCollection);

  /** Those that say more than what is there. */
  const newerOf = async (given: readonly AccountChange[], session: ClientSession): Promise<AccountChange[]> => {
    const subjects = given.map(({ id }) => id);
    const found = await changes.find({ subject: { $in: subjects } }, { session }).toArray();
    const known = new Map<string, number>();
    const isNewer = (id: string, version: number): boolean => {
      if ((known.get(id) ?? -1) >= version) return false;
      known.set(id, version);
      return true;
    };
    for (const { subject, version = 0 } of found) isNewer(subject, version);
    return given.filter((change) => isNewer(change.id, versionOf(change)));
  };

  /** See `record` of what this gives back. */
  const record = async (given: readonly AccountChange[], session: ClientSession): Promise<void> => {
    const newer = await newerOf(given, session);
    if (newer.length === 0) return;
    const expiresAt = new Date(Date.now() + keptMs);
    const marks = newer.map(() => newId());
    const taken = await newest.findOneAndUpdate(
      { _id: newestId },
      { $inc: { seq: newer.length }, $set: { mark: marks.at(-1) ?? '', expiresAt } },
      { session, upsert: true, returnDocument: 'after' },
    );
    if (taken === null) throw new Error('A number for account changes was taken and is not there.');
    const first = taken.seq - newer.length + 1;
    await changes.insertMany(
      newer.map((change, index) => documentOf(change, { seq: first + index, mark: marks[index] ?? '' }, expiresAt)),
      { session },
    );
  };

  const read = (from: number, to: number): Promise<AccountChangeDocument[]> =>
    changes.find({ _id: { $gte: from, $lte: to } }, { readPreference: 'primary', maxTimeMS: lookMsMax }).toArray();

  return {
    /**
     * Writes changes as part of a transaction, in which the account or the session is changed too. What is not newer than
     * what is there is dropped, so a change may come twice, or late.
     */
    record,

    /** The same in a transaction of its own, for whoever only hears of changes. */
    keep: (given: readonly AccountChange[]): Promise<void> =>
      inTransaction(connection, (session) => record(given, session)),

    /**
     * What was committed before this was called and has not expired, beyond `seen`; where the changes do not go on from there, since
     * some were taken back or the database is another, all there is.
     * @throws the database's errors
     */
    since: async (seen: ChangePosition): Promise<AccountNews> => {
      const last = await newest.findOne({ _id: newestId }, { readPreference: 'primary', maxTimeMS: lookMsMax });
      if (last === null) return { position: startPosition, changes: [] };
      const { seq, mark, expiresAt } = last;
      if (seq === seen.seq && mark === seen.mark) return { position: seen, changes: [] };
      let found = await read(seen.seq, seq);
      const goesOn = found.some((change) => change._id === seen.seq && change.mark === seen.mark);
      if (!goesOn) found = await read(0, seq);
      const isWhole = found.some((change) => change._id === seq && change.mark === mark);
      if (!isWhole && expiresAt.getTime() > Date.now()) throw new Error('The newest account change is not to be seen.');
      return { position: { seq, mark }, changes: found.map(changeOf) };
    },
  };
};

export type AccountChanges = ReturnType<typeof createAccountChanges>;
