import { Schema, type ClientSession, type Connection } from 'mongoose';

/**
 * A sign-in that goes on by refreshing. A refresh token has two parts: the handle stays the same for the whole session, the
 * secret is replaced at each refresh. Of both only the SHA-256 is kept, so that who reads the database cannot sign in.
 * A known handle with another secret is a token that was used before: somebody has a copy.
 */
export interface SessionDocument {
  _id: string;
  userId: string;
  /** SHA-256 in base64url. */
  handle: string;
  /** SHA-256 in base64url, of the newest secret. */
  secret: string;
  startedAt: Date;
  refreshedAt: Date;
  expiresAt: Date;
}

export const sessionCollection = 'sessions';
const queryMsMax = 2_000;

/** Sessions end by being deleted; MongoDB deletes those that have expired. */
export const createSessionModel = (connection: Connection) => {
  const schema = new Schema<SessionDocument>(
    {
      _id: { type: String, required: true },
      userId: { type: String, required: true },
      handle: { type: String, required: true },
      secret: { type: String, required: true },
      startedAt: { type: Date, required: true },
      refreshedAt: { type: Date, required: true },
      expiresAt: { type: Date, required: true },
    },
    { collection: sessionCollection, versionKey: false },
  );
  schema.index({ handle: 1 }, { unique: true });
  schema.index({ userId: 1, _id: -1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return connection.model<SessionDocument>('Session', schema);
};

/** What a session is refreshed by, hashed. */
export type TokenHashes = Pick<SessionDocument, 'handle' | 'secret'>;

/** The atomic operations on sessions. */
export const createSessionStore = (connection: Connection) => {
  const sessions = connection.collection<SessionDocument>(sessionCollection);
  return {
    add: async (session: SessionDocument): Promise<void> => {
      await sessions.insertOne(session);
    },

    /** The session of a refresh token, whether or not it is the newest one. */
    byHandle: (handle: string): Promise<SessionDocument | null> =>
      sessions.findOne({ handle }, { maxTimeMS: queryMsMax }),

    /** Replaces the secret, if it still is the one that is given: of several who try at once, one succeeds. */
    rotate: async (
      { handle, secret }: TokenHashes,
      next: Pick<SessionDocument, 'secret' | 'refreshedAt' | 'expiresAt'>,
    ): Promise<boolean> => (await sessions.updateOne({ handle, secret }, { $set: next })).matchedCount === 1,

    /** A user's sessions but for the newest `kept`, some of them at least. */
    beyond: (userId: string, kept: number): Promise<Pick<SessionDocument, '_id' | 'userId'>[]> =>
      sessions
        .find<Pick<SessionDocument, '_id' | 'userId'>>(
          { userId },
          { projection: { userId: 1 }, sort: { _id: -1 }, skip: kept, limit: kept, maxTimeMS: queryMsMax },
        )
        .toArray(),

    removeMany: async (ids: readonly string[], session: ClientSession): Promise<void> => {
      await sessions.deleteMany({ _id: { $in: [...ids] } }, { session });
    },

    removeOfUser: async (userId: string, session: ClientSession): Promise<void> => {
      await sessions.deleteMany({ userId }, { session });
    },
  };
};

export type SessionStore = ReturnType<typeof createSessionStore>;
