import type { IncomingMessage } from 'node:http';

/** `Bearer` and a blank; schemes know no case (RFC 9110 §11.1). */
const SCHEME = 'bearer ';

/** The token that a request brings as `Authorization: Bearer <token>` (RFC 6750 §2.1), if it brings one. */
export const bearerOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined => {
  const { authorization } = headers;
  if (authorization?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  return authorization.slice(SCHEME.length).trimStart();
};
