import type { DropEvent, DropEventData, DropEventName } from '../../src/schemas/drop.js';

export interface WatchedDrop {
  status: number;
  contentType: string | null;
  /** All events so far, in order. */
  events: DropEvent[];
  /** What the events of that name have said so far. */
  said: <N extends DropEventName>(name: N) => DropEventData<N>[];
  /** The error's code where it was refused. */
  refusal: string | undefined;
  /** Resolves when the stream has ended, or has been left. */
  ended: Promise<void>;
  /** Hangs up. */
  leave: () => void;
}

const eventOf = (block: string): DropEvent => {
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
  return { event: fields.get('event'), data: JSON.parse(fields.get('data') ?? 'null') as unknown } as DropEvent;
};

const watch = async (body: ReadableStream<Uint8Array>, events: DropEvent[]): Promise<void> => {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    events.push(...blocks.map(eventOf));
  }
};

/** Starts a drop over HTTP and watches it; resolves when the answer's head is there. */
export const watchDrop = async (url: string, token: string, wish: object): Promise<WatchedDrop> => {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/drops`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(wish),
    signal: leaving.signal,
  });
  const events: DropEvent[] = [];
  const contentType = response.headers.get('content-type');
  const stream = contentType?.startsWith('text/event-stream') === true ? response.body : null;
  const refused = stream ? undefined : ((await response.json()) as { error?: { code: string } });
  return {
    status: response.status,
    contentType,
    events,
    said: <N extends DropEventName>(name: N) =>
      events.filter(({ event }) => event === name).map(({ data }) => data as DropEventData<N>),
    refusal: refused?.error?.code,
    ended: stream ? watch(stream, events).catch(() => undefined) : Promise.resolve(),
    leave: () => leaving.abort(),
  };
};
