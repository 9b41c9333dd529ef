import { Agent, request } from 'node:http';

export interface Reply {
  status: number;
  text: string;
}

/** A reply that does not come in this time counts as a fault of the run. */
const replyMsMax = 30_000;

/** Calls services over kept connections. */
export const createCaller = (connections: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    /** A GET, or a POST where there is a body. */
    call: (url: string, token: string, body?: object): Promise<Reply> =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const sent =
          text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
        const options = {
          method: text === undefined ? 'GET' : 'POST',
          agent,
          headers: { authorization: `Bearer ${token}`, ...sent },
          timeout: replyMsMax,
        };
        const outgoing = request(url, options, (incoming) => {
          let received = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
          incoming.on('error', reject).on('end', () => resolve({ status: incoming.statusCode ?? 0, text: received }));
        });
        outgoing.on('error', reject);
        outgoing.on('timeout', () => outgoing.destroy(new Error(`${url}: no reply in ${replyMsMax} ms`)));
        outgoing.end(text);
      }),
    close: (): void => agent.destroy(),
  };
};

export type Call = ReturnType<typeof createCaller>['call'];

/** What an answer of the API says beside its status. */
export const dataOf = ({ text }: Reply): Record<string, unknown> =>
  (JSON.parse(text) as { data: Record<string, unknown> }).data;
