import { z } from 'zod';
import { adminActionView, auditLogQuery } from '../admin-action.js';
import { idParams } from '../common.js';
import {
  accountView,
  loginBody,
  logoutBody,
  patchUserBody,
  refreshBody,
  registerBody,
  signedIn,
  usersQuery,
  userView,
} from '../people.js';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const tag = 'People';
const { email } = sample.user;
const session = {
  accessToken: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
  refreshToken: 'bT3xkQh0Zr7vWq2yN1uFsA.pL9cD4eG8iJ6kM0oR5tX2w',
  expiresIn: 900,
  user: sample.user,
};
const shownAccount = { data: accountView, example: sample.account } as const;

/** Accounts, sign-in, and what admins do with accounts. */
export const peopleOperations = {
  'POST /auth/register': {
    ...{ id: 'register', tag, summary: 'Make an account', body: registerBody },
    description: 'With the role user. A welcome mail follows.',
    bodies: { account: { email, password: 'correct horse battery', name: 'Ada' } },
    answers: [{ status: 201, says: 'The account', data: userView, example: sample.user }],
    refusals: ['DUPLICATE_EMAIL'],
  },
  'POST /auth/login': {
    ...{ id: 'signIn', tag, summary: 'Sign in', body: loginBody },
    description: 'An unknown address, a wrong password and a disabled account get the same answer.',
    bodies: { account: { email, password: 'correct horse battery' } },
    answers: [
      {
        ...{ status: 200, says: 'Signed in', data: signedIn, example: session },
      },
    ],
    refusals: ['INVALID_CREDENTIALS'],
  },
  'POST /auth/refresh': {
    ...{ id: 'refreshSession', tag, summary: 'Exchange a refresh token for new tokens', body: refreshBody },
    description: 'A refresh token is good for once; one that was used before ends its session.',
    bodies: { token: { refreshToken: session.refreshToken } },
    answers: [{ status: 200, says: 'Signed in', data: signedIn, example: session }],
    refusals: ['UNAUTHENTICATED'],
  },
  'POST /auth/logout': {
    ...{ id: 'signOut', tag, summary: 'End a session', body: logoutBody, readsToken: true },
    description: 'That of the refresh token, of the access token, or of both; one of them suffices.',
    bodies: { token: { refreshToken: session.refreshToken } },
    answers: [{ status: 204, says: 'The session has ended' }],
    refusals: ['UNAUTHENTICATED', 'TOKEN_EXPIRED'],
  },
  'GET /auth/me': {
    ...{ id: 'getMe', tag, summary: 'Show your own account' },
    answers: [{ status: 200, says: 'Your account', data: userView, example: sample.user }],
  },
  'GET /users': {
    ...{ id: 'listUsers', tag, summary: 'List accounts', query: usersQuery },
    description: 'Newest first. `q` is how an e-mail address or a name begins.',
    answers: [
      {
        ...{ status: 200, says: 'A page of accounts', data: z.array(accountView) },
        ...{ paged: true, example: [sample.account] },
      },
    ],
  },
  'GET /users/:id': {
    ...{ id: 'getUser', tag, summary: 'Show an account', params: idParams },
    answers: [{ status: 200, says: 'The account', ...shownAccount }],
    refusals: ['NOT_FOUND'],
  },
  'PATCH /users/:id': {
    ...{ id: 'updateUser', tag, summary: 'Change an account’s role, or switch it off or on', params: idParams },
    description: 'In force at once, in every process. Admins cannot demote or disable themselves.',
    body: patchUserBody,
    bodies: { promote: { role: 'manager' }, 'switch off': { disabled: true } },
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    answers: [{ status: 200, says: 'The account as it is now', ...shownAccount }],
    refusals: ['NOT_FOUND', 'USER_STATE'],
  },
  'GET /audit-log': {
    ...{ id: 'listAdminActions', tag, summary: 'List what admins have done', query: auditLogQuery },
    answers: [
      {
        ...{ status: 200, says: 'A page of the log, newest first', data: z.array(adminActionView) },
        ...{ paged: true, example: [sample.adminAction] },
      },
    ],
  },
} as const satisfies Record<string, Operation>;
