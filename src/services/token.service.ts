import { createSecretKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { roles, type Caller, type Role } from '../utils/caller.js';
import { AppError, StartError } from '../utils/errors.js';
import { isId, newId, timeOfId } from '../utils/uuid.js';

const ISSUER = 'stockroom';
const AUDIENCE = 'stockroom-api';
/** RFC 7518 §3.2: a key for HS256 is no shorter than the hash's output. */
const SECRET_BYTES_MIN = 32;
/** Ours are about 330 characters long; what is far longer is refused before it costs anything. */
const TOKEN_LENGTH_MAX = 1024;

export interface TokenServiceOptions {
  /** HMAC key, 32 bytes or more in UTF-8. */
  secret: string;
  accessTtlSeconds: number;
  /** How many verified tokens are remembered; about 0.7 kB each. */
  rememberedMax?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

interface Verified {
  caller: Caller;
  expiresAtMs: number;
}

interface Claims {
  sub: string;
  role: Role;
  jti: string;
  exp: number;
}

/** What every access token must say, whoever has signed it (RFC 7519 §4.1). */
const hasAllClaims = (claims: object): claims is Claims => {
  const { sub, role, jti, iat, exp } = claims as Record<string, unknown>;
  return (
    typeof sub === 'string' &&
    isId(sub) &&
    typeof jti === 'string' &&
    isId(jti) &&
    roles.some((known) => known === role) &&
    typeof iat === 'number' &&
    typeof exp === 'number'
  );
};

/**
 * Access tokens: JWTs (RFC 7519) under HS256 and nothing else (RFC 8725 §3.1). A token's signature is checked once; after
 * that the token is remembered, with the caller that it names, until it expires or is revoked.
 * @throws StartError when the secret is too short.
 */
export const createTokenService = (options: TokenServiceOptions) => {
  const { accessTtlSeconds, rememberedMax = 20_000, now = Date.now } = options;
  const bytes = Buffer.from(options.secret, 'utf8');
  if (bytes.length < SECRET_BYTES_MIN) throw new StartError('JWT_SECRET must be 32 bytes or more.');
  // A key object is made once; from a string jsonwebtoken makes one for every token, at 50 times the price.
  const key = createSecretKey(bytes);
  const remembered = new Map<string, Verified>();
  const revocations = new Map<string, { upToMs: number; untilMs: number }>();

  const isRevoked = ({ sub, jti }: Claims): boolean => {
    const revocation = revocations.get(sub);
    return revocation !== undefined && timeOfId(jti) <= revocation.upToMs;
  };

  const readClaims = (token: string): Claims => {
    try {
      const claims = jwt.verify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTimestamp: Math.floor(now() / 1000),
      });
      if (typeof claims === 'object' && hasAllClaims(claims) && !isRevoked(claims)) return claims;
    } catch (error) {
      throw new AppError(error instanceof jwt.TokenExpiredError ? 'TOKEN_EXPIRED' : 'UNAUTHENTICATED', {
        cause: error,
      });
    }
    throw new AppError('UNAUTHENTICATED');
  };

  const remember = (token: string, verified: Verified): void => {
    if (remembered.size >= rememberedMax) {
      // A map keeps the order of insertion, so this is the one that was verified longest ago.
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(token, verified);
  };

  return {
    /** Signs a token for a caller; `expiresIn` in seconds. */
    issue: ({ id, role }: Caller): { accessToken: string; expiresIn: number } => {
      const iat = Math.floor(now() / 1000);
      // A sign-in within the millisecond of a revocation belongs after it.
      const jti = newId(Math.max(Date.now(), (revocations.get(id)?.upToMs ?? 0) + 1));
      const claims = { sub: id, role, jti, iat, exp: iat + accessTtlSeconds, iss: ISSUER, aud: AUDIENCE };
      return { accessToken: jwt.sign(claims, key, { algorithm: 'HS256' }), expiresIn: accessTtlSeconds };
    },

    /**
     * Whose token this is. The same object for every look at the same token: treat it as frozen.
     * @throws AppError TOKEN_EXPIRED for a token that was good once, UNAUTHENTICATED for any other fault.
     */
    verify: (token: string): Caller => {
      const known = remembered.get(token);
      if (known !== undefined) {
        if (now() < known.expiresAtMs) return known.caller;
        remembered.delete(token);
        throw new AppError('TOKEN_EXPIRED');
      }
      if (token.length > TOKEN_LENGTH_MAX) throw new AppError('UNAUTHENTICATED');
      const { sub, role, exp } = readClaims(token);
      const caller = Object.freeze<Caller>({ id: sub, role });
      remember(token, { caller, expiresAtMs: exp * 1000 });
      return caller;
    },

    /**
     * From now on this process refuses every token that the user has been given so far; those of a later sign-in are
     * good. Token ids are UUIDv7, so they say when they were made.
     */
    revoke: (userId: string): void => {
      const nowMs = now();
      for (const [id, { untilMs }] of revocations) if (untilMs <= nowMs) revocations.delete(id);
      revocations.set(userId, { upToMs: Date.now(), untilMs: nowMs + accessTtlSeconds * 1000 });
      for (const [token, { caller }] of remembered) if (caller.id === userId) remembered.delete(token);
    },
  };
};

export type TokenService = ReturnType<typeof createTokenService>;
