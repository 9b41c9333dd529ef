import { ApiError } from './api-error.js';

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the base path, with its slash. */
  path: string;
  query?: Readonly<Record<string, string | number | null | undefined>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** How long the head of the answer may take; 15 s when it is not said. */
  deadlineMs?: number;
}

/** Beside the page, so that it works behind a prefix too. */
const basePath = 'api/v1';
const deadlineMsDefault = 15_000;

const addressOf = ({ path, query = {} }: Call): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  return `${basePath}${path}${search.size > 0 ? `?${search.toString()}` : ''}`;
};

const headersOf = ({ body, headers }: Call, token: string | null): Record<string, string> => ({
  ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
  ...headers,
});

/**
 * Sends a call and waits for the head of its answer.
 * @throws ApiError NO_ANSWER; what the caller's own signal was aborted with
 */
export const send = async (call: Call, token: string | null): Promise<Response> => {
  const { method = 'GET', body, signal, deadlineMs = deadlineMsDefault } = call;
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(), deadlineMs);
  const both = signal === undefined ? tooLate.signal : AbortSignal.any([signal, tooLate.signal]);
  try {
    // The body of the answer is read under the caller's signal: a stream has no end that a deadline could wait for.
    return await fetch(addressOf(call), {
      ...{ method, headers: headersOf(call, token), cache: 'no-store', credentials: 'omit', signal: both },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('The service does not answer', { status: 0, code: 'NO_ANSWER' });
  } finally {
    clearTimeout(timer);
  }
};

interface ErrorBody {
  message?: string;
  error?: { code?: string; details?: unknown; requestId?: string };
}

const retryAfterMsOf = (response: Response): number | null => {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : null;
};

/** Reads a refusal. */
export const refusalOf = async (response: Response): Promise<ApiError> => {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { code = `HTTP_${String(response.status)}`, details } = body.error ?? {};
  return new ApiError(body.message ?? `The service answered ${String(response.status)}`, {
    ...{ status: response.status, code, details, retryAfterMs: retryAfterMsOf(response) },
    requestId: body.error?.requestId ?? response.headers.get('X-Request-Id'),
  });
};
