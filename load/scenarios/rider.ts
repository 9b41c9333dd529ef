import type { Book } from './book.js';
import type { Answer, Journey, Step } from './journeys.js';
import { requestBytes } from './request-bytes.js';
import type { Sales } from './sales.js';

/**
 * What is used of autocannon's client beside its published type: bytes that are made here, the moment at which it sends, and the
 * pieces of an answer as they come.
 */
export interface Client {
  _doRequest: () => void;
  getRequestBuffer: () => Buffer;
  destroy: () => void;
  pipelinedRequests: { addBody: (piece: Buffer) => void; clear: () => void };
  on(event: 'headers', listener: (head: { statusCode: number; headers: readonly string[] }) => void): void;
  on(event: 'body', listener: (received: Buffer) => void): void;
  on(event: 'response', listener: (status: number, bytes: number, latencyMs: number) => void): void;
  on(event: 'done', listener: () => void): void;
}

export interface RiderDeps {
  client: Client;
  host: string;
  book: Book;
  sales: Sales;
  /** The next visitor's journey; null when there are no more. */
  nextJourney: () => Journey | null;
  /** Called when the connection waits to be told to send. */
  onIdle: (rider: Rider) => void;
  /** Called after each request, with whether it was answered. */
  onEnd: (answered: boolean) => void;
  now: () => number;
}

export interface Rider {
  /** Sends the next request, which was due at that moment; false when there are no more. */
  send: (dueMs: number) => boolean;
  /** Ends the connection; a request on its way counts as one without an answer. */
  end: () => void;
}

const idIn = (text: string): string | null => /"id":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? null;
const codeIn = (text: string): string => /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? '';

/** Whether a flat list of names and values, as autocannon's parser hands it out, has this header. */
const hasHeader = (headers: readonly string[], name: string): boolean =>
  headers.some((text, index) => index % 2 === 0 && text.toLowerCase() === name);

/** Whoever reads only wants the body of what goes on with it. */
const wantsBody = ({ method, action }: Step): boolean => method !== 'GET' && action !== 'edit';

/** Of an answer, before it comes; `isOpen`: a 503 that hands out a key, as nobody knows yet what became of the request. */
const nothing = { status: 0, isOpen: false, text: '' };

/** Rides one of autocannon's connections: journey after journey, a request at a time. */
export const createRider = ({ client, host, book, sales, nextJourney, onIdle, onEnd, now }: RiderDeps): Rider => {
  const write = client._doRequest.bind(client);
  let journey: Journey | null = null;
  let step: Step | null = null;
  let bytes: Buffer = Buffer.alloc(0);
  let dueMs = 0;
  let received = { ...nothing };

  const upcoming = (): Step | null => {
    if (step === null) {
      journey = nextJourney();
      const begun = journey?.next();
      // A journey may have nothing to do, such as a sign-in without an account.
      if (begun?.done === true) return upcoming();
      step = begun?.value ?? null;
    }
    return step;
  };
  let onItsWay = false;

  const lose = (): void => {
    if (!onItsWay || step === null) return;
    onItsWay = false;
    book.enter({ action: step.action, status: 0, code: '', latencyMs: now() - dueMs });
    sales.lost(step);
    step = null;
    client.pipelinedRequests.clear();
    onEnd(false);
  };
  const proceed = (): void => {
    if (!onItsWay || step === null) return;
    onItsWay = false;
    const { status, isOpen, text } = received;
    const answer: Answer = { status, id: status < 400 ? idIn(text) : null, body: status < 400 ? text : '' };
    book.enter({ action: step.action, status, code: status < 400 ? '' : codeIn(text), latencyMs: now() - dueMs });
    sales.note(step, answer);
    if (isOpen) sales.lost(step);
    const following = journey?.next(answer);
    step = following?.done === false ? following.value : null;
    onEnd(true);
  };

  const rider: Rider = {
    send: (at) => {
      const next = upcoming();
      if (next === null) return false;
      bytes = requestBytes(host, next);
      dueMs = at;
      received = { ...nothing };
      onItsWay = true;
      write();
      return true;
    },
    end: () => {
      lose();
      client.destroy();
    },
  };
  client.getRequestBuffer = () => bytes;
  // Bodies are read from the pieces below, where anybody wants them.
  client.pipelinedRequests.addBody = () => undefined;
  client.on('headers', ({ statusCode, headers }) => {
    received.status = statusCode;
    received.isOpen = statusCode === 503 && hasHeader(headers, 'idempotency-key');
  });
  client.on('body', (piece) => {
    if (received.status >= 400 || (step !== null && wantsBody(step))) received.text += piece.toString('latin1');
  });
  client.on('response', proceed);
  // Autocannon calls this when it has connected, anew too, and after each answer.
  client._doRequest = () => {
    lose();
    onIdle(rider);
  };
  return rider;
};
