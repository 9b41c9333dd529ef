import { z } from 'zod';
import { validationFailed } from '../utils/errors.js';

const visibleAscii = /^[\x21-\x7e]{1,128}$/;
const wrong = 'must be 1 to 128 visible ASCII characters';

/** The header, for the document; in requests it is looked at by `idempotencyKeyOf`, past the parser that it does not need. */
export const idempotencyKey = z.string().regex(visibleAscii, wrong);

/**
 * The `Idempotency-Key` of a request, or undefined when it has none.
 * @param header as Node gives it: repeated headers come joined by `, `, and a blank is not in a key
 * @throws AppError VALIDATION_FAILED
 */
export const idempotencyKeyOf = (header: string | string[] | undefined): string | undefined => {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && visibleAscii.test(header)) return header;
  throw validationFailed([{ path: 'Idempotency-Key', message: wrong }]);
};
