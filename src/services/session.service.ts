import type { SessionDocument, SessionStore } from '../models/session.model.js';
import { sessionVersionOf, type UserRecord } from '../models/user.model.js';
import type { SignedIn } from '../schemas/people.js';
import type { Caller } from '../utils/caller.js';
import { AppError } from '../utils/errors.js';
import { messages } from '../utils/messages.js';
import { newId } from '../utils/uuid.js';
import { newRefreshToken, nextRefreshToken, readRefreshToken } from './refresh-token.js';
import type { SessionEnd } from './session-end.service.js';
import type { SessionMetrics } from './session-metrics.service.js';
import type { TokenSession } from './token-memory.js';
import { userViewOf } from './user-view.js';

/** How long a session may rest between two refreshes. */
const refreshTtlMs = 30 * 86_400_000;
/** Of more at a time, an account's eldest end. */
const sessionsMax = 50;

/** What sessions need from others; `UserStore`, `SessionStore`, `SessionEnd` and `TokenService` have it. */
export interface SessionDependencies {
  users: { byId: (id: string) => Promise<UserRecord | null> };
  sessions: Pick<SessionStore, 'add' | 'byHandle' | 'rotate' | 'beyond'>;
  ends: Pick<SessionEnd, 'end'>;
  tokens: {
    issue: (caller: Caller, session: TokenSession) => { accessToken: string; expiresIn: number };
    sessionOf: (token: string) => { userId: string; session: TokenSession };
    hasEnded: (sessionId: string) => boolean;
  };
  metrics?: SessionMetrics;
  now?: () => number;
}

/** By what a session is named that is to end. */
export interface SessionProof {
  accessToken: string | undefined;
  refreshToken: string | undefined;
}

const refused = (): AppError => new AppError('UNAUTHENTICATED', { message: messages.refreshRefused });

const unlessRefused = (error: unknown): void => {
  if (!(error instanceof AppError) || error.status !== 401) throw error;
};

/** Sign-ins that go on: an access token for a few minutes, and a refresh token that is good for one more of each. */
export const createSessionService = (dependencies: SessionDependencies) => {
  const { users, sessions, ends, tokens, metrics, now = Date.now } = dependencies;
  const signedIn = (user: UserRecord, sessionId: string, refreshToken: string): SignedIn => {
    const session = { id: sessionId, version: sessionVersionOf(user) };
    const { accessToken, expiresIn } = tokens.issue({ id: user._id, role: user.role }, session);
    return { accessToken, refreshToken, expiresIn, user: userViewOf(user) };
  };

  const endOf = ({ _id: id, userId }: Pick<SessionDocument, '_id' | 'userId'>): Promise<void> =>
    ends.end([{ id, userId }]);

  /** The session that an access token says, unless it is known to have ended. */
  const endByAccessToken = async (accessToken: string): Promise<void> => {
    const { userId, session } = tokens.sessionOf(accessToken);
    if (!tokens.hasEnded(session.id)) await ends.end([{ id: session.id, userId }]);
  };

  const endByRefreshToken = async (refreshToken: string): Promise<void> => {
    const sent = readRefreshToken(refreshToken);
    const session = sent && (await sessions.byHandle(sent.hashes.handle));
    // A token that was used before is proof enough for this, and one that is unknown has no session to end.
    if (session) await endOf(session);
  };

  return {
    /** Begins a session for somebody who has just proved who they are. @throws the database's errors */
    start: async (user: UserRecord): Promise<SignedIn> => {
      const { text, hashes } = newRefreshToken();
      const at = new Date(now());
      const session = { _id: newId(), userId: user._id, ...hashes, startedAt: at, refreshedAt: at };
      await sessions.add({ ...session, expiresAt: new Date(now() + refreshTtlMs) });
      const eldest = await sessions.beyond(user._id, sessionsMax);
      await ends.end(eldest.map(({ _id: id, userId }) => ({ id, userId })));
      metrics?.changed('started');
      return signedIn(user, session._id, text);
    },

    /**
     * Exchanges a refresh token for the next one and an access token with the account's role as it is now. A token that was used
     * before has been copied by somebody, so its session ends, whoever of the two has come.
     * @throws AppError UNAUTHENTICATED
     */
    refresh: async (refreshToken: string): Promise<SignedIn> => {
      const sent = readRefreshToken(refreshToken);
      const session = sent && (await sessions.byHandle(sent.hashes.handle));
      if (!session || session.expiresAt.getTime() <= now()) throw refused();
      const user = await users.byId(session.userId);
      const next = nextRefreshToken(refreshToken);
      const rotated =
        user !== null &&
        !user.disabled &&
        (await sessions.rotate(sent.hashes, {
          secret: next.hashes.secret,
          refreshedAt: new Date(now()),
          expiresAt: new Date(now() + refreshTtlMs),
        }));
      metrics?.changed(rotated ? 'refreshed' : 'refused');
      if (!rotated) {
        await endOf(session);
        throw refused();
      }
      return signedIn(user, session._id, next.text);
    },

    /**
     * Ends the session of an access token, of a refresh token, or of both; one that has ended before stays so.
     * @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED: there is no refresh token, and the access token is not good
     */
    end: async ({ accessToken, refreshToken }: SessionProof): Promise<void> => {
      if (refreshToken === undefined) {
        if (accessToken === undefined) throw new AppError('UNAUTHENTICATED');
        await endByAccessToken(accessToken);
        return;
      }
      await endByRefreshToken(refreshToken);
      // One of the two suffices, so an access token that has run out is no reason to refuse.
      if (accessToken !== undefined) await endByAccessToken(accessToken).catch(unlessRefused);
    },
  };
};

export type SessionService = ReturnType<typeof createSessionService>;
