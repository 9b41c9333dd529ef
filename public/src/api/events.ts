import { createSseParser, type SseParserOptions } from '../lib/sse-parser.js';
import { ApiError } from './api-error.js';

export interface ReadEventsOptions extends SseParserOptions {
  signal: AbortSignal;
  /** A stream that says nothing at all for so long, no heartbeat either, is taken for dead. */
  silenceMsMax: number;
}

const silent = (): ApiError => new ApiError('The stream fell silent', { status: 0, code: 'NO_ANSWER' });

/** One piece of the stream, or what the silence was taken for. */
const pieceOf = async <T>(reading: Promise<T>, silenceMsMax: number): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(silent()), silenceMsMax);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Reads a stream of events to its end.
 * @throws ApiError NO_ANSWER when it breaks or falls silent; what the signal was aborted with
 */
export const readEvents = async (response: Response, options: ReadEventsOptions): Promise<void> => {
  const { signal, silenceMsMax } = options;
  if (response.body === null) return;
  const parser = createSseParser(options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await pieceOf(reader.read(), silenceMsMax);
      if (done) return;
      parser.feed(value);
    }
  } catch (error) {
    if (signal.aborted || error instanceof ApiError) throw error;
    throw new ApiError('The connection broke off', { status: 0, code: 'NO_ANSWER' });
  } finally {
    reader.cancel().catch(() => undefined);
  }
};
