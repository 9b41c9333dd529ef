import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpClient {
  /** @throws Error when there is no whole answer in time */
  get: (path: string, headers: Readonly<Record<string, string>>) => Promise<HttpAnswer>;
  close: () => void;
}

export interface HttpClientOptions {
  /** Where paths begin. */
  url: string;
  /** How long an answer may take, from the wait for a connection to its last byte. */
  timeoutMs: number;
  connectionsMax: number;
}

/** Our own answers are a few kilobytes. */
const bodyBytesMax = 1024 * 1024;
/** Below the 75 s for which our servers keep a quiet connection, so that none is closed as it is used. */
const quietMsMax = 30_000;

/** Asks another service over connections that are kept. Node's own `fetch` bounds neither their number nor the body, and costs twice as much. */
export const createHttpClient = ({ url, timeoutMs, connectionsMax }: HttpClientOptions): HttpClient => {
  const base = url.replace(/\/+$/, '');
  const secure = base.startsWith('https:');
  const options = { keepAlive: true, maxSockets: connectionsMax, timeout: quietMsMax };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const request = secure ? httpsRequest : httpRequest;

  return {
    get: (path, headers) =>
      new Promise((resolve, reject) => {
        const outgoing = request(`${base}${path}`, { agent, headers: { accept: 'application/json', ...headers } });
        const fail = (error: Error) => {
          clearTimeout(timer);
          outgoing.destroy();
          reject(error);
        };
        const timer = setTimeout(() => fail(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
        outgoing.on('error', fail);
        outgoing.on('response', (incoming) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          incoming.on('error', fail);
          incoming.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > bodyBytesMax) fail(new Error('the answer is too long'));
            else chunks.push(chunk);
          });
          incoming.on('end', () => {
            clearTimeout(timer);
            const body = Buffer.concat(chunks).toString();
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
          });
        });
        outgoing.end();
      }),
    close: () => agent.destroy(),
  };
};
