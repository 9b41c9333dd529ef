import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { ProductView } from '../../src/schemas/product.js';
import type { Audit, MovementView as Movement, PurchaseView as Purchase } from '../../src/schemas/ledger.js';
import type { ReservationView as Reservation } from '../../src/schemas/reservation.js';

export type { Movement, Purchase, Reservation };
export interface Changed {
  product: ProductView;
  movement: Movement;
}

/** A line of a batch shows its product's numbers alone. */
export interface BatchChanged {
  product: Pick<ProductView, 'id' | 'sku' | 'stock' | 'reserved' | 'sold' | 'version' | 'seq'>;
  movement: Movement;
}

/** An answer of the API; `data` is of a success, `error` of a refusal. */
export interface Answer<T = unknown> {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as it came. */
  text: string;
  data: T;
  meta: { limit: number; nextCursor: string | null };
  error: { code: string; details?: unknown; requestId: string };
}

export interface Call {
  token?: string | undefined;
  /** `Idempotency-Key` */
  key?: string | undefined;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  rawBody?: string | undefined;
  headers?: OutgoingHttpHeaders;
}

interface Envelope {
  status_code?: number;
  data?: unknown;
  meta?: unknown;
  error?: unknown;
}

/** After so long an answer counts as never: no claim about how soon it has to come. */
const answerMs = 90_000;

const answerOf = (status: number, headers: IncomingHttpHeaders, text: string): Answer => {
  const { data, meta, error, status_code: said } = (text === '' ? {} : JSON.parse(text)) as Envelope;
  if (said !== undefined && said !== status) throw new Error(`status ${status}, but the body says ${said}: ${text}`);
  return { status, headers, text, data, meta, error } as Answer;
};

/**
 * Calls a running service over kept-alive connections, up to 500 at once. A call rejects when the connection breaks;
 * every answer, refusals included, resolves.
 */
export const createApiClient = (url: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 500, scheduling: 'fifo' });

  const send = (method: string, path: string, call: Call = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { token, key, body, headers = {} } = call;
      const text = call.rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
      const all: OutgoingHttpHeaders = { ...headers };
      if (token !== undefined) all.authorization = `Bearer ${token}`;
      if (key !== undefined) all['idempotency-key'] = key;
      if (text !== undefined) {
        all['content-type'] ??= 'application/json';
        all['content-length'] = Buffer.byteLength(text);
      }
      const outgoing = request(`${url}${path}`, { method, agent, headers: all, timeout: answerMs }, (incoming) => {
        let received = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
        incoming.on('error', reject).on('end', () => {
          try {
            resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, received));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer in ${answerMs} ms`)));
      outgoing.end(text);
    });

  const api = (method: string, path: string, call?: Call) => send(method, `/api/v1${path}`, call);

  return {
    /** Any path of the server. */
    send,
    /** A path below `/api/v1`. */
    api,
    buy: (productId: string, call: Call) =>
      api('POST', `/products/${productId}/purchase`, call) as Promise<Answer<Purchase>>,
    createProduct: (call: Call) => api('POST', '/products', call) as Promise<Answer<ProductView>>,
    product: (id: string) => api('GET', `/products/${id}`) as Promise<Answer<ProductView>>,
    patch: (id: string, call: Call) => api('PATCH', `/products/${id}`, call) as Promise<Answer<ProductView>>,
    change: (id: string, call: Call) => api('POST', `/products/${id}/stock`, call) as Promise<Answer<Changed>>,
    batch: (call: Call) => api('POST', '/stock/batch', call) as Promise<Answer<{ changes: BatchChanged[] }>>,
    audit: (id: string, call: Call) => api('GET', `/products/${id}/audit`, call) as Promise<Answer<Audit>>,
    movements: (id: string, call: Call, query = '') =>
      api('GET', `/products/${id}/movements${query}`, call) as Promise<Answer<Movement[]>>,
    purchases: (call: Call, query = '') => api('GET', `/purchases${query}`, call) as Promise<Answer<Purchase[]>>,
    reserve: (productId: string, call: Call) =>
      api('POST', `/products/${productId}/reservations`, call) as Promise<Answer<Reservation>>,
    reservation: (id: string, call: Call) => api('GET', `/reservations/${id}`, call) as Promise<Answer<Reservation>>,
    confirm: (id: string, call: Call) => api('POST', `/reservations/${id}/confirm`, call) as Promise<Answer<Purchase>>,
    extend: (id: string, call: Call) => api('PATCH', `/reservations/${id}`, call) as Promise<Answer<Reservation>>,
    release: (id: string, call: Call) => api('DELETE', `/reservations/${id}`, call),
    close: () => agent.destroy(),
  };
};

export type ApiClient = ReturnType<typeof createApiClient>;
