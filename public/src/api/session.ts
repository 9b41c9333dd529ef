import { createSignal, type Signal } from '../lib/signal.js';
import { ApiError } from './api-error.js';
import { refusalOf, send } from './send.js';
import type { SignedIn, UserView } from './types.js';

export interface SessionState {
  user: UserView;
  accessToken: string;
  refreshToken: string;
  /** By this page's clock. */
  expiresAtMs: number;
}

/** Where a session outlives a reload: the tab's own storage, which no other tab shares and closing the tab ends. */
export interface SessionStorage {
  read: () => string | null;
  write: (text: string | null) => void;
}

export interface Session {
  state: Signal<SessionState | null>;
  /** Why nobody is signed in any more, for people; null when it was their own wish. */
  endedBecause: () => string | null;
  signIn: (email: string, password: string) => Promise<void>;
  register: (name: string, email: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** A token that is good for a while; null when nobody is signed in. */
  token: () => Promise<string | null>;
  /** Called when a token was refused. @returns another one, or null when there is none */
  tokenInsteadOf: (refused: string) => Promise<string | null>;
  /** Looks up the role anew. */
  renew: () => Promise<void>;
}

/** A token that ends within that time is renewed before it is used. */
const marginMs = 20_000;

const readState = (storage: SessionStorage): SessionState | null => {
  try {
    const state = JSON.parse(storage.read() ?? 'null') as SessionState | null;
    return typeof state?.refreshToken === 'string' && typeof state.user.role === 'string' ? state : null;
  } catch {
    return null;
  }
};

const post = async (path: string, body: unknown): Promise<SignedIn> => {
  const response = await send({ method: 'POST', path, body }, null);
  if (!response.ok) throw await refusalOf(response);
  return ((await response.json()) as { data: SignedIn }).data;
};

/** Who is signed in, and the tokens that prove it: renewed in time, once for all who wait. */
export const createSession = (storage: SessionStorage): Session => {
  const state = createSignal(readState(storage));
  let because: string | null = null;
  let refreshing: Promise<void> | null = null;

  const keep = (next: SessionState | null, reason: string | null = null): void => {
    storage.write(next === null ? null : JSON.stringify(next));
    because = reason;
    state.set(next);
  };
  const start = ({ user, accessToken, refreshToken, expiresIn }: SignedIn): void =>
    keep({ user, accessToken, refreshToken, expiresAtMs: Date.now() + expiresIn * 1_000 });

  const refresh = async (): Promise<void> => {
    const before = state.get();
    if (before === null) return;
    try {
      const next = await post('/auth/refresh', { refreshToken: before.refreshToken });
      if (state.get() === before) start(next);
    } catch (error) {
      // Without an answer the session may well go on; only a refusal ends it.
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (state.get() === before) keep(null, 'Your session has ended. Sign in again.');
    }
  };
  const renew = (): Promise<void> => (refreshing ??= refresh().finally(() => (refreshing = null)));

  return {
    state,
    endedBecause: () => because,
    signIn: async (email, password) => start(await post('/auth/login', { email, password })),
    register: async (name, email, password) => {
      await post('/auth/register', { name, email, password });
      start(await post('/auth/login', { email, password }));
    },
    signOut: async () => {
      const before = state.get();
      keep(null);
      if (before === null) return;
      const { refreshToken } = before;
      await send({ method: 'POST', path: '/auth/logout', body: { refreshToken } }, null);
    },
    token: async () => {
      const now = state.get();
      if (now !== null && now.expiresAtMs - marginMs < Date.now()) await renew();
      return state.get()?.accessToken ?? null;
    },
    tokenInsteadOf: async (refused) => {
      if (state.get()?.accessToken === refused) await renew();
      return state.get()?.accessToken ?? null;
    },
    renew,
  };
};
