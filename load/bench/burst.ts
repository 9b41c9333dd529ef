import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Many buyers at one moment, again and again; plain data, travels over IPC. */
export interface BurstSpec {
  port: number;
  /** One header line per buyer. */
  customers: readonly string[];
  /** What the connections are warmed with; has plenty of stock. */
  warmId: string;
  warmRounds: number;
  /** One product for each burst. */
  ids: readonly string[];
  body: string;
}

export interface BurstResult {
  /** From the first byte sent to the last answer's arrival, for each burst, ms. */
  wallMs: number[];
  /** Answers by status, for each burst. */
  statuses: Record<string, number>[];
  /** 201s of the warm-up. */
  warmServed: number;
}

/** Reads one whole answer, whatever packets it comes in; all servers here send a Content-Length. */
const readStatus = async (socket: Socket): Promise<number> => {
  let text = '';
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString('latin1');
    const bodyAt = text.indexOf('\r\n\r\n') + 4;
    if (bodyAt < 4) continue;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, bodyAt))?.[1] ?? 0);
    if (text.length >= bodyAt + length) return Number(text.slice(9, 12));
  }
};

const requestFor = (spec: BurstSpec, id: string, customer: string): Buffer =>
  Buffer.from(
    `POST /api/v1/products/${id}/purchase HTTP/1.1\r\nHost: 127.0.0.1:${spec.port}\r\nConnection: keep-alive\r\n` +
      `${customer}\r\nContent-Type: application/json\r\nContent-Length: ${spec.body.length}\r\n\r\n${spec.body}`,
    'latin1',
  );

const fire = async (sockets: readonly Socket[], requests: readonly Buffer[]) => {
  const answers = sockets.map(readStatus);
  const startedAt = performance.now();
  sockets.forEach((socket, index) => socket.write(requests[index] ?? ''));
  const received = await Promise.all(answers);
  const wallMs = performance.now() - startedAt;
  const statuses: Record<string, number> = {};
  for (const status of received) statuses[status] = (statuses[status] ?? 0) + 1;
  return { wallMs, statuses };
};

const run = async (spec: BurstSpec): Promise<BurstResult> => {
  const sockets = spec.customers.map(() => connect({ port: spec.port, host: '127.0.0.1', noDelay: true }));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const requestsFor = (id: string) => spec.customers.map((customer) => requestFor(spec, id, customer));
  const result: BurstResult = { wallMs: [], statuses: [], warmServed: 0 };
  const warming = requestsFor(spec.warmId);
  for (let round = 0; round < spec.warmRounds; round++) {
    result.warmServed += (await fire(sockets, warming)).statuses['201'] ?? 0;
  }
  for (const id of spec.ids) {
    const { wallMs, statuses } = await fire(sockets, requestsFor(id));
    result.wallMs.push(wallMs);
    result.statuses.push(statuses);
  }
  for (const socket of sockets) socket.destroy();
  return result;
};

process.once('message', (spec: BurstSpec) => {
  void run(spec).then((result) => process.send?.(result, () => process.exit(0)));
});
