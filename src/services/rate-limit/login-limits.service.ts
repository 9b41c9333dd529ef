import { createHash } from 'node:crypto';
import { createAttempts, type Attempt, type AttemptsDeps } from './attempts.js';
import type { SharedPoints } from './shared-points.js';

/** Many people may share an address; one person has one account. */
const accountsOfAddress = 10;

export interface LoginLimitsDeps {
  /** Failed sign-ins that an account has a minute; an address has ten times as many. */
  perMinute: number;
  /** Counts by name; undefined where a process is alone. */
  sharedPoints: ((name: string) => SharedPoints) | undefined;
  metrics: AttemptsDeps['metrics'];
}

/** Which of the two limits an attempt has come up against, or the account's where it has not. */
export type LoginAttempt = Attempt & { policy: 'account' | 'address'; limit: number };

/** Nobody's e-mail address is to be read in Redis. */
const keyOf = (email: string): string => createHash('sha256').update(email).digest('base64url').slice(0, 22);

/** How often sign-in may fail, by account and by address, whether or not there is such an account. */
export const createLoginLimits = ({ perMinute, sharedPoints, metrics }: LoginLimitsDeps) => {
  const attemptsOf = (policy: string, limit: number) =>
    createAttempts({ limit, shared: sharedPoints?.(policy), metrics });
  const accounts = attemptsOf('account', perMinute);
  const addresses = attemptsOf('address', perMinute * accountsOfAddress);

  return {
    /** Counts an attempt to sign in that is about to be made. */
    begin: async (email: string, address: string): Promise<LoginAttempt> => {
      const [account, from] = await Promise.all([accounts.begin(keyOf(email)), addresses.begin(address)]);
      const end = (hasFailed: boolean): void => {
        account.end(hasFailed);
        from.end(hasFailed);
      };
      // One that is refused by one limit must not count against the other: an address that is shut out would lock accounts.
      if (!account.accepted || !from.accepted) end(false);
      return from.accepted
        ? { ...account, policy: 'account', limit: accounts.limit, end }
        : { ...from, policy: 'address', limit: addresses.limit, end };
    },
  };
};

export type LoginLimits = ReturnType<typeof createLoginLimits>;
