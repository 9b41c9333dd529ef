import type { AccountChange } from '../models/account-change.model.js';
import type { Caller } from '../utils/caller.js';

/** The sign-in that a token belongs to. */
export interface TokenSession {
  id: string;
  /** Of the account, when the token was made. */
  version: number;
}

/** A token that was verified once. */
export interface Verified {
  caller: Caller;
  session: TokenSession;
  expiresAtMs: number;
}

export interface TokenMemoryOptions {
  /** How long a change is known: as long as a token lives that it can be about. */
  keptMs: number;
  /** How many verified tokens are remembered; about 0.7 kB each. */
  rememberedMax: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Ids with what is known of them for a while, the eldest first. */
const createKnown = (keptMs: number, now: () => number) => {
  const known = new Map<string, { version: number; untilMs: number }>();
  return {
    note: (id: string, version: number): void => {
      const nowMs = now();
      for (const [eldest, { untilMs }] of known) {
        if (untilMs > nowMs) break;
        known.delete(eldest);
      }
      const before = known.get(id);
      if (before !== undefined && before.version > version) return;
      known.delete(id);
      known.set(id, { version, untilMs: nowMs + keptMs });
    },
    versionOf: (id: string): number | undefined => known.get(id)?.version,
  };
};

/**
 * What a process remembers of tokens: those that it has verified, and why others are refused. No more of the latter are kept than
 * there are changes of accounts and ends of sessions in the life of a token.
 */
export const createTokenMemory = ({ keptMs, rememberedMax, now }: TokenMemoryOptions) => {
  const remembered = new Map<string, Verified & { lookedOver: number }>();
  /** Counts what was taken in, so that each remembered token is looked over once after that, and not all of them at once. */
  let takenIn = 0;
  const accounts = createKnown(keptMs, now);
  const ended = createKnown(keptMs, now);

  const isRefused = (userId: string, session: TokenSession): boolean =>
    session.version < (accounts.versionOf(userId) ?? 0) || ended.versionOf(session.id) !== undefined;

  return {
    /** What is known of a token, unless it is refused by now. */
    find: (token: string): Verified | undefined => {
      const known = remembered.get(token);
      if (known === undefined || known.lookedOver === takenIn) return known;
      if (isRefused(known.caller.id, known.session)) {
        remembered.delete(token);
        return undefined;
      }
      known.lookedOver = takenIn;
      return known;
    },

    forget: (token: string): void => {
      remembered.delete(token);
    },

    remember: (token: string, verified: Verified): void => {
      if (remembered.size >= rememberedMax) {
        // A map keeps the order of insertion, so this is the one that was verified longest ago.
        const [oldest] = remembered.keys();
        if (oldest !== undefined) remembered.delete(oldest);
      }
      remembered.set(token, { ...verified, lookedOver: takenIn });
    },

    isRefused,

    hasEnded: (sessionId: string): boolean => ended.versionOf(sessionId) !== undefined,

    /** Takes in changes; the tokens that they are about are refused from here on. */
    refuse: (changes: readonly AccountChange[]): void => {
      if (changes.length === 0) return;
      for (const change of changes) {
        if (change.kind === 'user') accounts.note(change.id, change.version);
        else ended.note(change.id, 0);
      }
      takenIn += 1;
    },
  };
};
