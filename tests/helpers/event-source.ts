import { request, type ClientRequest, type IncomingMessage } from 'node:http';

export interface ReceivedEvent {
  id: string;
  name: string;
  data: Record<string, unknown>;
}

export interface EventSourceClient {
  status: number;
  headers: IncomingMessage['headers'];
  /** All that has come so far. */
  events: ReceivedEvent[];
  /** Comments, which are heartbeats. */
  comments: () => number;
  /** What a browser would send as Last-Event-ID. */
  lastEventId: () => string;
  /** Whether the server has ended it. */
  ended: () => boolean;
  close: () => void;
}

/** Reads a stream as a browser's EventSource does: https://html.spec.whatwg.org/multipage/server-sent-events.html */
const createParser = () => {
  const state = {
    lastEventId: '',
    comments: 0,
    events: [] as ReceivedEvent[],
    rest: '',
    name: '',
    data: [] as string[],
  };
  const line = (text: string): void => {
    if (text === '') {
      if (state.data.length > 0) {
        const data = JSON.parse(state.data.join('\n')) as Record<string, unknown>;
        state.events.push({ id: state.lastEventId, name: state.name === '' ? 'message' : state.name, data });
      }
      state.name = '';
      state.data = [];
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) state.comments++;
    const field = text.slice(0, colon);
    const value = text.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') state.lastEventId = value;
    if (field === 'event') state.name = value;
    if (field === 'data') state.data.push(value);
  };
  const feed = (chunk: string): void => {
    const lines = (state.rest + chunk).split('\n');
    state.rest = lines.pop() ?? '';
    for (const each of lines) line(each);
  };
  return { state, feed };
};

/** Opens an event stream; resolves when its head has come. */
export const openEvents = (
  url: string,
  { lastEventId, paused = false }: { lastEventId?: string; paused?: boolean } = {},
): Promise<EventSourceClient> =>
  new Promise((resolve, reject) => {
    const headers = {
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    const outgoing: ClientRequest = request(`${url}/api/v1/events`, { agent: false, headers }, (incoming) => {
      const { state, feed } = createParser();
      let ended = false;
      incoming.setEncoding('utf8');
      if (paused) incoming.pause();
      else incoming.on('data', feed);
      incoming.on('close', () => (ended = true)).on('error', () => (ended = true));
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        events: state.events,
        comments: () => state.comments,
        lastEventId: () => state.lastEventId,
        ended: () => ended,
        close: () => outgoing.destroy(),
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
