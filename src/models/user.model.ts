import { Schema, trusted, type ClientSession, type Connection, type Model } from 'mongoose';
import { roles, type Role } from '../utils/caller.js';
import { nameKeyOf } from '../utils/terms.js';
import { isDuplicateKey } from './duplicate-key.js';
import { jobsNote, type OutboxDocument, type OutboxJob } from './outbox.model.js';
import { inTransaction } from './transaction.js';

/** A person as they are stored. */
export interface UserDocument {
  _id: string;
  /** In lower case; no two people share one. */
  email: string;
  name: string;
  role: Role;
  /** A disabled person can neither sign in nor use the tokens that they have. */
  disabled: boolean;
  /**
   * Grows with every change of role, life or password; access tokens carry it, and those of an earlier one are refused. Not there
   * stands for 0.
   */
  sessionVersion?: number;
  /** The name as it is looked for: folded, and cut. */
  nameKey?: string;
  /** Argon2id in PHC form. Left out of whatever is read, unless a query asks for it by name. */
  passwordHash: string;
  createdAt: Date;
  updatedAt: Date;
}

/** A person without what proves that it is them. */
export type UserRecord = Omit<UserDocument, 'passwordHash'>;

/** What decides a sign-in. */
export type UserCredentials = UserDocument;

export const userCollection = 'users';

/** The people's schema and indexes. */
export const createUserModel = (connection: Connection) => {
  const schema = new Schema<UserDocument>(
    {
      _id: { type: String, required: true },
      email: { type: String, required: true, trim: true, lowercase: true, maxlength: 254 },
      name: { type: String, required: true, maxlength: 100 },
      role: { type: String, enum: roles, required: true },
      disabled: { type: Boolean, required: true, default: false },
      sessionVersion: { type: Number, default: 0 },
      nameKey: { type: String },
      passwordHash: { type: String, required: true, select: false },
    },
    { collection: userCollection, versionKey: false, timestamps: true, strict: 'throw' },
  );
  schema.index({ email: 1 }, { unique: true });
  schema.index({ nameKey: 1 });
  schema.index({ role: 1, _id: -1 });
  schema.index({ disabled: 1, _id: -1 });
  // A document that was just made holds the hash whatever `select` says; it still must not be written to a reply or a log.
  const withoutHash = (_document: unknown, shown: object): object => {
    Reflect.deleteProperty(shown, 'passwordHash');
    return shown;
  };
  schema.set('toJSON', { transform: withoutHash });
  schema.set('toObject', { transform: withoutHash });
  return connection.model<UserDocument>('User', schema);
};

export type NewUser = Pick<UserDocument, '_id' | 'email' | 'name' | 'role' | 'passwordHash'>;
export type UserChange = Partial<Pick<UserDocument, 'role' | 'disabled' | 'passwordHash'>>;

/** The version that tokens of this account carry now. */
export const sessionVersionOf = ({ sessionVersion = 0 }: Pick<UserDocument, 'sessionVersion'>): number =>
  sessionVersion;

export interface UserStoreDependencies {
  users: Model<UserDocument>;
  outbox: Model<OutboxDocument>;
}

/** What the services do with people. Reads are lean: plain objects in the shape of `UserRecord`. */
export const createUserStore = ({ users, outbox }: UserStoreDependencies) => ({
  /**
   * Adds a person, and the jobs that follow from it in the same transaction; undefined when the address is taken, however many
   * try at once: the unique index decides.
   */
  add: async (user: NewUser, jobs: readonly OutboxJob[] = []): Promise<UserRecord | undefined> => {
    const add = async (session?: ClientSession): Promise<UserRecord> => {
      const [made] = await users.create([{ ...user, nameKey: nameKeyOf(user.name) }], session ? { session } : {});
      if (made === undefined) throw new Error('A person was made and is not there.');
      return made.toObject();
    };
    try {
      if (jobs.length === 0) return await add();
      const note = jobsNote(jobs, new Date());
      return await inTransaction(users.db, async (session) => {
        const made = await add(session);
        await outbox.create([note], { session });
        return made;
      });
    } catch (error) {
      if (isDuplicateKey(error)) return undefined;
      throw error;
    }
  },

  byId: (id: string): Promise<UserRecord | null> => users.findById(id).lean<UserRecord>().exec(),

  /** With the password's hash, for the one purpose of comparing it. */
  credentialsByEmail: (email: string): Promise<UserCredentials | null> =>
    users.findOne({ email }).select('+passwordHash').lean<UserCredentials>().exec(),

  /** Id to name, of those who exist. */
  namesOf: async (ids: readonly string[]): Promise<Map<string, string>> => {
    const found = await users
      .find({ _id: trusted({ $in: ids }) }, { name: 1 })
      .lean<{ _id: string; name: string }[]>()
      .exec();
    return new Map(found.map(({ _id, name }) => [_id, name]));
  },
});

export type UserStore = ReturnType<typeof createUserStore>;
