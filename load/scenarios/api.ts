import { setTimeout as sleep } from 'node:timers/promises';

const answerMsMax = 30_000;
const triesMax = 5;
const waitSecondsMax = 65;

export interface Envelope<T> {
  data: T;
  meta?: { nextCursor: string | null };
}

const waitMsOf = (response: Response): number => {
  const seconds = Number(response.headers.get('retry-after') ?? 1);
  return 1000 * Math.min(waitSecondsMax, Number.isFinite(seconds) && seconds > 0 ? seconds : 1) + Math.random() * 250;
};

/**
 * Calls the API beside the load, to prepare and to look. Waits, a few times, where a limit or a full queue asks it to.
 * @throws Error for any other answer that is not 2xx
 */
export const createApi = (origin: string) => ({
  call: async <T>(method: string, path: string, token?: string, body?: object): Promise<Envelope<T>> => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(`${origin}/api/v1${path}`, {
        method,
        signal: AbortSignal.timeout(answerMsMax),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return (text === '' ? {} : JSON.parse(text)) as Envelope<T>;
      const mayWait = response.status === 429 || response.status === 503;
      if (!mayWait || tries === triesMax)
        throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
      await sleep(waitMsOf(response));
    }
  },
  /** The page of metrics; null when it is not to be had. */
  metrics: async (token?: string): Promise<string | null> => {
    try {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${origin}/metrics`, { headers, signal: AbortSignal.timeout(answerMsMax) });
      return response.ok ? await response.text() : null;
    } catch {
      return null;
    }
  },
});

export type Api = ReturnType<typeof createApi>;
