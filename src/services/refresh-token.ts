import { createHash, randomBytes } from 'node:crypto';
import type { TokenHashes } from '../models/session.model.js';

const handleBytes = 16;
const secretBytes = 32;

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64url');

/** A refresh token as it is handed out, and what is kept of it. */
export interface RefreshToken {
  text: string;
  hashes: TokenHashes;
}

const tokenOf = (handle: Buffer, secret: Buffer): RefreshToken => ({
  text: Buffer.concat([handle, secret]).toString('base64url'),
  hashes: { handle: sha256(handle), secret: sha256(secret) },
});

/** 32 random bytes under a handle of 16 more, in base64url; no password, so one round of SHA-256 hides it well enough. */
export const newRefreshToken = (): RefreshToken => tokenOf(randomBytes(handleBytes), randomBytes(secretBytes));

/** What was sent, if it has the form of one. */
export const readRefreshToken = (text: string): RefreshToken | undefined => {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== handleBytes + secretBytes) return undefined;
  const token = tokenOf(bytes.subarray(0, handleBytes), bytes.subarray(handleBytes));
  // Decoding passes over what is not base64url: only the one spelling that we have handed out is taken.
  return token.text === text ? token : undefined;
};

/** The next token of the same session. */
export const nextRefreshToken = (text: string): RefreshToken =>
  tokenOf(Buffer.from(text, 'base64url').subarray(0, handleBytes), randomBytes(secretBytes));
