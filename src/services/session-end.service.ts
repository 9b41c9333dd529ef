import type { AccountChange } from '../models/account-change.model.js';
import type { AccountStore } from '../models/account-store.js';
import { createGroup } from '../utils/group.js';
import { sessionEnded } from './account-events.js';

export interface SessionEndDependencies {
  store: Pick<AccountStore, 'endSessions'>;
  tokens: { refuse: (changes: readonly AccountChange[]) => void };
}

/** A session and whose it is. */
export interface EndedSession {
  id: string;
  userId: string;
}

const batchMax = 500;
const waitingMax = 5_000;

/**
 * Ends sessions for good: their refresh tokens and their access tokens, here at once and in other processes a moment later.
 * Those that end at one time end in one transaction, as every such transaction is in conflict with any other.
 */
export const createSessionEnd = ({ store, tokens }: SessionEndDependencies) => {
  const group = createGroup<EndedSession, undefined>({
    batchMax,
    waitingMax,
    run: async (sessions) => {
      const ids = [...new Set(sessions.map(({ id }) => id))];
      await store.endSessions(
        ids,
        sessions.map(({ id, userId }) => sessionEnded(id, userId)),
      );
      tokens.refuse(ids.map((id) => ({ kind: 'session', id })));
      return sessions.map(() => undefined);
    },
  });
  return {
    /** @throws AppError UNAVAILABLE, and the database's errors */
    end: async (sessions: readonly EndedSession[]): Promise<void> => {
      await Promise.all(sessions.map(group.submit));
    },
  };
};

export type SessionEnd = ReturnType<typeof createSessionEnd>;
