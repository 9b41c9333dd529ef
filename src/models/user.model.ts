import { Schema, trusted, type Connection, type Model } from 'mongoose';
import { roles, type Role } from '../utils/caller.js';

/** A person as they are stored. */
export interface UserDocument {
  _id: string;
  /** In lower case; no two people share one. */
  email: string;
  name: string;
  role: Role;
  /** A disabled person can neither sign in nor use the tokens that they have. */
  disabled: boolean;
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

const duplicateKey = 11_000;

/** The people's schema and indexes. */
export const createUserModel = (connection: Connection) => {
  const schema = new Schema<UserDocument>(
    {
      _id: { type: String, required: true },
      email: { type: String, required: true, trim: true, lowercase: true, maxlength: 254 },
      name: { type: String, required: true, maxlength: 100 },
      role: { type: String, enum: roles, required: true },
      disabled: { type: Boolean, required: true, default: false },
      passwordHash: { type: String, required: true, select: false },
    },
    { collection: userCollection, versionKey: false, timestamps: true, strict: 'throw' },
  );
  schema.index({ email: 1 }, { unique: true });
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

const isDuplicate = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === duplicateKey;

/** What the services do with people. Reads are lean: plain objects in the shape of `UserRecord`. */
export const createUserStore = (users: Model<UserDocument>) => ({
  /** Adds a person; undefined when the address is taken, however many try at once: the unique index decides. */
  add: async (user: NewUser): Promise<UserRecord | undefined> => {
    try {
      const made = await users.create(user);
      return made.toObject();
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  },

  byId: (id: string): Promise<UserRecord | null> => users.findById(id).lean<UserRecord>().exec(),

  /** With the password's hash, for the one purpose of comparing it. */
  credentialsByEmail: (email: string): Promise<UserCredentials | null> =>
    users.findOne({ email }).select('+passwordHash').lean<UserCredentials>().exec(),

  /** Changes what is named and nothing else; does nothing when there is no such person. */
  change: async (id: string, change: UserChange): Promise<void> => {
    await users.updateOne({ _id: id }, { $set: change }).exec();
  },

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
