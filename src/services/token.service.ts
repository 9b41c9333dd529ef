import { createSecretKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { changeKeptMs } from '../models/account-change.model.js';
import { roles, type Caller, type Role } from '../utils/caller.js';
import { AppError, StartError } from '../utils/errors.js';
import { isId, newId } from '../utils/uuid.js';
import { createTokenMemory, type TokenSession } from './token-memory.js';

const ISSUER = 'stockroom';
const AUDIENCE = 'stockroom-api';
/** RFC 7518 §3.2: a key for HS256 is no shorter than the hash's output. */
const SECRET_BYTES_MIN = 32;
/** Ours are about 400 characters long; what is far longer is refused before it costs anything. */
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

interface Claims {
  sub: string;
  role: Role;
  jti: string;
  /** The session. */
  sid: string;
  /** The account's version. */
  sv: number;
  exp: number;
}

/** What every access token must say, whoever has signed it (RFC 7519 §4.1). */
const hasAllClaims = (claims: object): claims is Claims => {
  const { sub, role, jti, sid, sv, iat, exp } = claims as Record<string, unknown>;
  return (
    typeof sub === 'string' &&
    isId(sub) &&
    typeof jti === 'string' &&
    isId(jti) &&
    typeof sid === 'string' &&
    isId(sid) &&
    Number.isSafeInteger(sv) &&
    roles.some((known) => known === role) &&
    typeof iat === 'number' &&
    typeof exp === 'number'
  );
};

/**
 * Access tokens: JWTs (RFC 7519) under HS256 and nothing else (RFC 8725 §3.1). A token's signature is checked once; after
 * that the token is remembered, with the caller that it names, until it expires or is refused because of a change of its
 * account or the end of its session.
 * @throws StartError when the secret is too short.
 */
export const createTokenService = (options: TokenServiceOptions) => {
  const { accessTtlSeconds, rememberedMax = 20_000, now = Date.now } = options;
  const bytes = Buffer.from(options.secret, 'utf8');
  if (bytes.length < SECRET_BYTES_MIN) throw new StartError('JWT_SECRET must be 32 bytes or more.');
  // A key object is made once; from a string jsonwebtoken makes one for every token, at 50 times the price.
  const key = createSecretKey(bytes);
  const memory = createTokenMemory({ keptMs: changeKeptMs(accessTtlSeconds), rememberedMax, now });

  const readClaims = (token: string): Claims => {
    try {
      const claims = jwt.verify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTimestamp: Math.floor(now() / 1000),
      });
      if (typeof claims === 'object' && hasAllClaims(claims)) return claims;
    } catch (error) {
      throw new AppError(error instanceof jwt.TokenExpiredError ? 'TOKEN_EXPIRED' : 'UNAUTHENTICATED', {
        cause: error,
      });
    }
    throw new AppError('UNAUTHENTICATED');
  };

  return {
    /** Signs a token for a caller; `expiresIn` in seconds. Without a session, the token is one of its own. */
    issue: (
      { id, role }: Caller,
      session: TokenSession = { id: newId(), version: 0 },
    ): { accessToken: string; expiresIn: number } => {
      const iat = Math.floor(now() / 1000);
      const about = { sub: id, role, jti: newId(), sid: session.id, sv: session.version };
      const claims = { ...about, iat, exp: iat + accessTtlSeconds, iss: ISSUER, aud: AUDIENCE };
      return { accessToken: jwt.sign(claims, key, { algorithm: 'HS256' }), expiresIn: accessTtlSeconds };
    },

    /**
     * Whose token this is. The same object for every look at the same token: treat it as frozen.
     * @throws AppError TOKEN_EXPIRED for a token that was good once, UNAUTHENTICATED for any other fault.
     */
    verify: (token: string): Caller => {
      const known = memory.find(token);
      if (known !== undefined) {
        if (now() < known.expiresAtMs) return known.caller;
        memory.forget(token);
        throw new AppError('TOKEN_EXPIRED');
      }
      if (token.length > TOKEN_LENGTH_MAX) throw new AppError('UNAUTHENTICATED');
      const { sub, role, sid, sv, exp } = readClaims(token);
      const session = { id: sid, version: sv };
      if (memory.isRefused(sub, session)) throw new AppError('UNAUTHENTICATED');
      const caller = Object.freeze<Caller>({ id: sub, role });
      memory.remember(token, { caller, session, expiresAtMs: exp * 1000 });
      return caller;
    },

    /**
     * Whose session a token belongs to, whether or not that has ended.
     * @throws AppError as `verify`, for everything else
     */
    sessionOf: (token: string): { userId: string; session: TokenSession } => {
      if (token.length > TOKEN_LENGTH_MAX) throw new AppError('UNAUTHENTICATED');
      const { sub, sid, sv } = readClaims(token);
      return { userId: sub, session: { id: sid, version: sv } };
    },

    /** Whether tokens of this session are refused here already. */
    hasEnded: memory.hasEnded,

    /** From now on this process refuses the tokens that these changes are about, remembered or not. */
    refuse: memory.refuse,
  };
};

export type TokenService = ReturnType<typeof createTokenService>;
