import type { RequestHandler } from 'express';
import type { LoginBody, LogoutBody, RefreshBody, RegisterBody, SignedIn, UserView } from '../schemas/people.js';
import type { SessionService } from '../services/session.service.js';
import { bearerOf } from '../utils/bearer.js';
import type { Caller } from '../utils/caller.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { reply, replyEmpty } from './reply.js';

export interface AuthControllerDeps {
  auth: {
    register: (input: RegisterBody) => Promise<UserView>;
    login: (input: LoginBody) => Promise<SignedIn>;
    me: (caller: Caller) => Promise<UserView>;
  };
  sessions: Pick<SessionService, 'refresh' | 'end'>;
}

/** Tokens and personal data belong in nobody's cache (RFC 6749 §5.1). */
const PRIVATE = { 'Cache-Control': 'no-store' } as const;

/** Accounts and sign-in over HTTP. */
export const createAuthController = ({ auth, sessions }: AuthControllerDeps) => {
  const register: RequestHandler = async (_req, res) => {
    const { body } = inputOf<{ body: RegisterBody }>(res);
    reply(res, 201, messages.registered, await auth.register(body), undefined, PRIVATE);
  };

  const login: RequestHandler = async (_req, res) => {
    const { body } = inputOf<{ body: LoginBody }>(res);
    reply(res, 200, messages.signedIn, await auth.login(body), undefined, PRIVATE);
  };

  const refresh: RequestHandler = async (_req, res) => {
    const { body } = inputOf<{ body: RefreshBody }>(res);
    reply(res, 200, messages.sessionRefreshed, await sessions.refresh(body.refreshToken), undefined, PRIVATE);
  };

  const logout: RequestHandler = async (req, res) => {
    const { body } = inputOf<{ body: LogoutBody }>(res);
    await sessions.end({ accessToken: bearerOf(req), refreshToken: body?.refreshToken });
    replyEmpty(res, 204);
  };

  const me: RequestHandler = async (_req, res) => {
    reply(res, 200, messages.ok, await auth.me(callerOf(res)), undefined, PRIVATE);
  };

  return { register, login, refresh, logout, me };
};

export type AuthController = ReturnType<typeof createAuthController>;
