import type { AppError } from './errors.js';

/** The one error shape of the API, as JSON: `{ status_code, message, error: { code, details?, requestId } }`. */
export const errorBody = (error: AppError, requestId: string): string =>
  JSON.stringify({
    status_code: error.status,
    message: error.message,
    error: { code: error.code, details: error.details, requestId },
  });
