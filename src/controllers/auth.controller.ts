import type { RequestHandler } from 'express';
import type { LoginBody, RegisterBody, SignedIn, UserView } from '../schemas/people.js';
import type { Caller } from '../utils/caller.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { reply } from './reply.js';

export interface AuthControllerDeps {
  auth: {
    register: (input: RegisterBody) => Promise<UserView>;
    login: (input: LoginBody) => Promise<SignedIn>;
    me: (caller: Caller) => Promise<UserView>;
  };
}

/** Tokens and personal data belong in nobody's cache (RFC 6749 §5.1). */
const PRIVATE = { 'Cache-Control': 'no-store' } as const;

/** Accounts and sign-in over HTTP. */
export const createAuthController = ({ auth }: AuthControllerDeps) => {
  const register: RequestHandler = async (_req, res) => {
    const { body } = inputOf<{ body: RegisterBody }>(res);
    reply(res, 201, messages.registered, await auth.register(body), undefined, PRIVATE);
  };

  const login: RequestHandler = async (_req, res) => {
    const { body } = inputOf<{ body: LoginBody }>(res);
    reply(res, 200, messages.signedIn, await auth.login(body), undefined, PRIVATE);
  };

  const me: RequestHandler = async (_req, res) => {
    reply(res, 200, messages.ok, await auth.me(callerOf(res)), undefined, PRIVATE);
  };

  return { register, login, me };
};

export type AuthController = ReturnType<typeof createAuthController>;
