import { z } from 'zod';
import { validationFailed } from '../utils/errors.js';

/** The header `Idempotency-Key`: 1 to 128 visible ASCII characters. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters');

/**
 * The key of a request, or undefined when it has none.
 * @param header as Node gives it: repeated headers come joined by `, `, and a blank is not in a key
 * @throws AppError VALIDATION_FAILED
 */
export const idempotencyKeyOf = (header: string | string[] | undefined): string | undefined => {
  if (header === undefined) return undefined;
  const parsed = idempotencyKey.safeParse(header);
  if (parsed.success) return parsed.data;
  throw validationFailed([{ path: 'Idempotency-Key', message: 'must be 1 to 128 visible ASCII characters' }]);
};
