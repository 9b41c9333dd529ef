import { createHash } from 'node:crypto';

/** A digest of what a request asks for, to tell a repeat under the same idempotency key from another request. */
export const requestHash = (kind: string, ...parts: unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, ...parts]))
    .digest('base64url');
