import type { AccountChange } from '../models/account-change.model.js';
import type { AnyOf } from '../schemas/events.js';
import { createGroup } from '../utils/group.js';

export interface AccountFollowDependencies {
  /** Keeps changes; what is not newer than what is kept is dropped. */
  changes: { keep: (changes: readonly AccountChange[]) => Promise<void> };
  tokens: { refuse: (changes: readonly AccountChange[]) => void };
}

const batchMax = 200;
const waitingMax = 5_000;

const changeOf = (event: AnyOf<'user.changed' | 'session.ended'>): AccountChange =>
  event.type === 'user.changed'
    ? { kind: 'user', id: event.data.userId, version: event.data.sessionVersion }
    : { kind: 'session', id: event.data.sessionId };

/**
 * How a service that keeps no accounts follows those of the product service: it keeps the changes in its own database, from
 * which its processes learn of them as those of the product service do.
 */
export const createAccountFollow = ({ changes, tokens }: AccountFollowDependencies) => {
  const group = createGroup<AccountChange, undefined>({
    batchMax,
    waitingMax,
    run: async (batch) => {
      await changes.keep(batch);
      tokens.refuse(batch);
      return batch.map(() => undefined);
    },
  });
  return {
    /** Resolves once the change is kept for good; an event may come twice, late and in any order. */
    follow: async (event: AnyOf<'user.changed' | 'session.ended'>): Promise<void> => {
      await group.submit(changeOf(event));
    },
  };
};

export type AccountFollow = ReturnType<typeof createAccountFollow>;
