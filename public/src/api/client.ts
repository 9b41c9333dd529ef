import { backoffMs } from '../lib/backoff.js';
import { pause } from '../lib/pause.js';
import { ApiError } from './api-error.js';
import { refusalOf, send, type Call } from './send.js';
import type { Session } from './session.js';

/** An answer of the API, without its envelope. */
export interface Answer<T> {
  data: T;
  nextCursor: string | null;
  headers: Headers;
}

export interface Client {
  /** @throws ApiError; the caller's own abort */
  call: <T>(call: Call) => Promise<Answer<T>>;
  /** The same for what is no JSON: files and streams. */
  open: (call: Call) => Promise<Response>;
}

/** How long an answer may take to its last byte, tries included. */
const wholeMsMax = 40_000;
const retryWait = { baseMs: 300, capMs: 1_000 };
const retryAfterMsMax = 2_000;

/** What may be sent twice: a look, or what a key keeps from happening twice. */
const isRepeatable = ({ method = 'GET', headers = {} }: Call): boolean =>
  method === 'GET' || 'Idempotency-Key' in headers;

const isPassing = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  (error.status === 0 || error.status === 503) &&
  (error.retryAfterMs ?? 0) <= retryAfterMsMax;

interface Envelope<T> {
  data: T;
  meta?: { nextCursor?: string | null };
}

/** Calls the API as whoever is signed in. A token that is refused is renewed, and a call that may be repeated is, once each. */
export const createClient = (session: Pick<Session, 'token' | 'tokenInsteadOf'>): Client => {
  const authorized = async (call: Call): Promise<Response> => {
    const token = await session.token();
    const response = await send(call, token);
    if (response.status !== 401 || token === null) return response;
    const next = await session.tokenInsteadOf(token);
    return next === null ? response : send(call, next);
  };

  const once = async (call: Call): Promise<Response> => {
    const response = await authorized(call);
    if (!response.ok) throw await refusalOf(response);
    return response;
  };

  const open = async (call: Call): Promise<Response> => {
    try {
      return await once(call);
    } catch (error) {
      if (!isRepeatable(call) || !isPassing(error)) throw error;
      await pause(Math.max(error.retryAfterMs ?? 0, backoffMs(0, retryWait)), call.signal);
      call.signal?.throwIfAborted();
      return once(call);
    }
  };

  const read = async <T>(call: Call): Promise<Answer<T>> => {
    const response = await open(call);
    const empty: Envelope<T> = { data: undefined as T };
    const body = response.status === 204 ? empty : ((await response.json()) as Envelope<T>);
    return { data: body.data, nextCursor: body.meta?.nextCursor ?? null, headers: response.headers };
  };

  return {
    open,
    call: async <T>(call: Call): Promise<Answer<T>> => {
      const late = AbortSignal.timeout(wholeMsMax);
      const signal = call.signal === undefined ? late : AbortSignal.any([call.signal, late]);
      try {
        return await read<T>({ ...call, signal });
      } catch (error) {
        if (error instanceof ApiError || call.signal?.aborted) throw error;
        throw new ApiError('The service does not answer', { status: 0, code: 'NO_ANSWER' });
      }
    },
  };
};
