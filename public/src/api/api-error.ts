/** One fault of an input, as the API names it. */
export interface FieldFault {
  path: string;
  message: string;
}

export interface ApiErrorOptions {
  /** 0 when there was no answer at all. */
  status: number;
  code: string;
  details?: unknown;
  requestId?: string | null;
  retryAfterMs?: number | null;
}

/** What went wrong with a call. `code` is the API's, or `NO_ANSWER` when the service could not be reached in time. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;

  constructor(message: string, { status, code, details, requestId = null, retryAfterMs = null }: ApiErrorOptions) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

const isFault = (value: unknown): value is FieldFault =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  'message' in value &&
  typeof value.path === 'string' &&
  typeof value.message === 'string';

/** Which fields a validation has found faulty; none for any other error. */
export const faultsOf = (error: unknown): readonly FieldFault[] =>
  error instanceof ApiError && Array.isArray(error.details) ? error.details.filter(isFault) : [];

/** Whether what was asked for has been called off by the page itself, which is nothing to tell anybody. */
export const isCalledOff = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

export const codeOf = (error: unknown): string | null => (error instanceof ApiError ? error.code : null);

/** What to tell people who see an error, and what they can do. */
export const adviceOf = (error: unknown): string => {
  if (!(error instanceof ApiError)) return 'Something went wrong in this page. Reload it.';
  if (error.code === 'NO_ANSWER') return 'The service does not answer. Check the connection, then try again.';
  if (error.code === 'INVALID_CREDENTIALS') return `${error.message}. Try again, or create an account.`;
  if (error.status === 401) return 'Your session has ended. Sign in again.';
  if (error.status === 403) return `${error.message}. Ask an admin for a role that does.`;
  if (error.status === 429) {
    const seconds = Math.ceil((error.retryAfterMs ?? 5_000) / 1_000);
    return `Too many requests. Try again in ${String(seconds)} s.`;
  }
  if (error.status === 503) return `${error.message}. Try again in a moment.`;
  if (error.status >= 500)
    return `${error.message}. Try again; if it stays so, give request id ${error.requestId ?? '–'}.`;
  return `${error.message}.`;
};
