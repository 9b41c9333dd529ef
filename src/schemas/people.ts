import { z } from 'zod';
import { roles } from '../utils/caller.js';
import { cursorQuery, id, limitQuery, lineOf, time } from './common.js';

/** Beside what no line of text has, no marks that turn the direction of the text after them. */
const personName =
  /^(?: *[^\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069][^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*)?$/;

/** An address as it is stored and compared: without blanks around it, in lower case, at most 254 characters (RFC 5321). */
export const emailAddress = z
  .string()
  .max(254, { abort: true })
  .trim()
  .toLowerCase()
  .regex(z.regexes.email, 'must be an e-mail address');

/** A new password: NIST SP 800-63B asks for a least length and for nothing about its characters. */
export const newPassword = z.string().min(8).max(128);

/** POST /auth/register. The role is not the caller's to choose. */
export const registerBody = z.strictObject({
  email: emailAddress,
  password: newPassword,
  name: lineOf(100, personName),
});
export type RegisterBody = z.infer<typeof registerBody>;

/** POST /auth/login. Rules for new passwords do not count here: an old one must stay good when they change. */
export const loginBody = z.strictObject({ email: emailAddress, password: z.string().min(1).max(128) });
export type LoginBody = z.infer<typeof loginBody>;

/** A person as the API shows them; `createdAt` in ISO 8601, UTC. */
export const userView = z
  .strictObject({ id, email: z.string(), name: z.string(), role: z.enum(roles), createdAt: time })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof userView>;

/** What a login or a refresh answers; `expiresIn` in seconds. */
export const signedIn = z
  .strictObject({
    accessToken: z.string(),
    refreshToken: z.string().meta({ description: 'Good for one refresh; used again, it ends the session' }),
    expiresIn: z.int().positive().meta({ description: 'Seconds that the access token is good for' }),
    user: userView,
  })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.infer<typeof signedIn>;

/** A refresh token as it is sent; what is not one of ours is refused by its look-up. */
const sentRefreshToken = z.string().min(1).max(256);

/** POST /auth/refresh */
export const refreshBody = z.strictObject({ refreshToken: sentRefreshToken });
export type RefreshBody = z.infer<typeof refreshBody>;

/** POST /auth/logout: the body may be left out, where the access token says which session is meant. */
export const logoutBody = z.strictObject({ refreshToken: sentRefreshToken.optional() }).optional();
export type LogoutBody = z.infer<typeof logoutBody>;

/** An account as admins see it; times in ISO 8601, UTC. */
export const accountView = z
  .strictObject({ ...userView.shape, disabled: z.boolean(), updatedAt: time })
  .meta({ id: 'Account' });
export type AccountView = z.infer<typeof accountView>;

/** GET /users; `q` is how an e-mail address or a name begins, in whatever case. */
export const usersQuery = z.strictObject({
  q: lineOf(100).optional(),
  role: z.enum(roles).optional(),
  disabled: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ type: 'boolean' }),
  limit: limitQuery,
  cursor: cursorQuery,
});
export type UsersQuery = z.infer<typeof usersQuery>;

/** PATCH /users/:id */
export const patchUserBody = z
  .strictObject({ role: z.enum(roles).optional(), disabled: z.boolean().optional() })
  .refine((body) => body.role !== undefined || body.disabled !== undefined, {
    message: 'names nothing to change: role, disabled or both',
  })
  .meta({ minProperties: 1 });
export type PatchUserBody = z.infer<typeof patchUserBody>;
