import type { RequestHandler } from 'express';
import { accessOf, type Access, type RouteName } from '../schemas/access.js';
import { whereSent } from './authenticate.js';
import { authorize } from './authorize.js';
import { countedSignIn, type CountOf } from './rate-limit.js';

export interface GuardDeps {
  authenticate: RequestHandler;
  /** How requests are counted; nothing is where it is left out. */
  countOf?: CountOf | undefined;
  /** Whether what is for trying the service out is for admins alone; it is unless this says otherwise. */
  production?: boolean;
}

/** What a request of this route passes before its input is looked at; who may call it stands in the access table. */
export type Guard = (route: RouteName) => RequestHandler[];

/**
 * Makes the guards of routes: who is behind a request, whether they have made too many, and whether the access table lets them
 * through.
 */
export const createGuard = ({ authenticate, countOf, production = true }: GuardDeps): Guard => {
  const signInOf = (access: Access): RequestHandler | undefined => {
    if (access === 'anyone') return undefined;
    return access === 'anyone, token checked' ? whereSent(authenticate) : authenticate;
  };
  const rolesOf = (access: Access): RequestHandler[] => {
    if (access === 'trial') return production ? [authorize('admin')] : [];
    return typeof access === 'string' ? [] : [authorize(...access)];
  };
  return (route) => {
    const access = accessOf(route);
    const signIn = signInOf(access);
    const known = countOf === undefined ? signIn : countedSignIn(signIn, countOf(route));
    const roles = rolesOf(access);
    return known === undefined ? roles : [known, ...roles];
  };
};
