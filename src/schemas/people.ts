import { z } from 'zod';
import { roles } from '../utils/caller.js';

/** No control characters, line breaks, halves of a surrogate pair, or marks that turn the direction of the text after them. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]*$/u;

/** An address as it is stored and compared: without blanks around it, in lower case, at most 254 characters (RFC 5321). */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, { abort: true })
  .regex(z.regexes.email, 'must be an e-mail address');

/** A new password: NIST SP 800-63B asks for a least length and for nothing about its characters. */
export const newPassword = z.string().min(8).max(128);

/** POST /auth/register. The role is not the caller's to choose. */
export const registerBody = z.strictObject({
  email: emailAddress,
  password: newPassword,
  name: z.string().trim().min(1).max(100, { abort: true }).regex(PRINTABLE, 'must not hold control characters'),
});
export type RegisterBody = z.infer<typeof registerBody>;

/** POST /auth/login. Rules for new passwords do not count here: an old one must stay good when they change. */
export const loginBody = z.strictObject({ email: emailAddress, password: z.string().min(1).max(128) });
export type LoginBody = z.infer<typeof loginBody>;

/** A person as the API shows them; `createdAt` in ISO 8601, UTC. */
export const userView = z.strictObject({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: z.iso.datetime(),
});
export type UserView = z.infer<typeof userView>;

/** What a login answers; `expiresIn` in seconds. */
export const signedIn = z.strictObject({ accessToken: z.string(), expiresIn: z.int().positive(), user: userView });
export type SignedIn = z.infer<typeof signedIn>;
