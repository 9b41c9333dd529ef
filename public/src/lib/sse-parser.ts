/** An event of a stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html defines it. */
export interface ServerEvent {
  /** `message` when the stream does not say. */
  name: string;
  data: string;
  /** The last id that the stream has given. */
  id: string;
}

export interface SseParserOptions {
  onEvent: (event: ServerEvent) => void;
  /** How long the server wants its clients to wait before they come back, in ms. */
  onRetry?: (ms: number) => void;
  /** Told of every id, of those without data too. */
  onId?: (id: string) => void;
}

/** More than that in one event is not ours. */
const charsMax = 1_000_000;

/**
 * Takes a stream of server-sent events apart, however it was cut into pieces. `EventSource` would do it, but neither sends a
 * token nor a body, nor tells of the heartbeats by whose absence a dead connection is noticed.
 * @throws RangeError from `feed` when an event is larger than any of ours
 */
export const createSseParser = ({ onEvent, onRetry, onId }: SseParserOptions) => {
  let rest = '';
  let name = '';
  let data: string[] = [];
  let chars = 0;
  let id = '';

  const end = (): void => {
    if (data.length > 0) onEvent({ name: name === '' ? 'message' : name, data: data.join('\n'), id });
    name = '';
    data = [];
    chars = 0;
  };

  const take = (field: string, value: string): void => {
    if (field === 'event') name = value;
    else if (field === 'data') {
      chars += value.length;
      if (chars > charsMax) throw new RangeError('an event of the stream is too large');
      data.push(value);
    } else if (field === 'id' && !value.includes('\0')) {
      id = value;
      onId?.(value);
    } else if (field === 'retry' && /^\d{1,9}$/.test(value)) onRetry?.(Number(value));
  };

  const line = (text: string): void => {
    if (text === '') {
      end();
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    if (colon === -1) take(text, '');
    else take(text.slice(0, colon), text.slice(colon + 1).replace(/^ /, ''));
  };

  return {
    feed: (text: string): void => {
      rest += text;
      // A line feed may still follow a carriage return at the very end, and would then belong to it.
      const parts = rest.split(/\r\n|\n|\r(?!$)/);
      rest = parts.pop() ?? '';
      if (rest.length > charsMax) throw new RangeError('a line of the stream is too large');
      for (const part of parts) line(part);
    },
  };
};
