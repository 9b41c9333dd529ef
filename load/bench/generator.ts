import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { machineMs } from './clock.js';
import { cpuUsOf } from './cpu.js';
import type { LoadResult, LoadSpec } from './load-spec.js';
import { createReadWatch } from './read-watch.js';
import { createRequestRings, type RequestRing } from './requests.js';
import { createTally } from './tally.js';

/**
 * What the generator needs of autocannon's client beside its published type: bytes that are made beforehand, the parser's
 * plain list of headers, and an end at which every request that was sent is also answered, without which no audit could add up.
 */
interface Client {
  reqsMade: number;
  responseMax: number | undefined;
  getRequestBuffer: () => Buffer;
  pipelinedRequests: { peek: () => { body: string } | undefined; addBody: (piece: Buffer) => void };
  on(event: 'request' | 'body', listener: () => void): void;
  on(event: 'headers', listener: (head: { headers: string[] }) => void): void;
  on(event: 'response', listener: (status: number, bytes: number, latencyMs: number) => void): void;
}

/** Looks a header up in the flat list of names and values that autocannon's parser hands out. */
const headerOf = (headers: readonly string[], name: string): string | undefined => {
  for (let i = 0; i < headers.length; i += 2) {
    const found = headers[i] ?? '';
    if (found.length === name.length && found.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
};

interface Rider {
  client: Client;
  ring: RequestRing;
  tally: ReturnType<typeof createTally>;
  /** Null: reads are not watched. */
  watch: ReturnType<typeof createReadWatch> | null;
  onWorkUsedUp: () => void;
}

const attach = ({ client, ring, tally, watch, onWorkUsedUp }: Rider): void => {
  let upcoming = ring.next() ?? Buffer.alloc(0);
  let begunMs = 0;
  let body = '';
  let headers: readonly string[] = [];
  client.getRequestBuffer = () => upcoming;
  client.on('headers', (head) => {
    headers = head.headers;
  });
  if (watch) {
    client.on('request', () => {
      begunMs = machineMs();
    });
    client.on('body', () => {
      // What the client has put together so far; with the last piece it is the whole body.
      body = client.pipelinedRequests.peek()?.body ?? '';
    });
  } else {
    // Nobody looks at the bodies, and putting lists together would take the generator longer than all else.
    client.pipelinedRequests.addBody = () => undefined;
  }
  client.on('response', (status, _bytes, latencyMs) => {
    const idIndex = ring.lastId();
    tally.answer({ status, idIndex, latencyMs, cache: headerOf(headers, 'x-cache') ?? 'none' });
    if (status === 200) watch?.note(begunMs, idIndex, body, headerOf(headers, 'etag'));
    body = '';
    const following = ring.next();
    if (following) upcoming = following;
    else onWorkUsedUp();
  });
};

const readCpu = (pids: LoadSpec['cpuPids']): Record<string, number | null> =>
  Object.fromEntries(Object.entries(pids).map(([name, group]) => [name, cpuUsOf(group)]));

const cpuBetween = (before: Record<string, number | null>, after: Record<string, number | null>) =>
  Object.fromEntries(
    Object.entries(before).map(([name, start]) => {
      const end = after[name] ?? null;
      return [name, start === null || end === null ? null : end - start];
    }),
  );

const mark = (pids: LoadSpec['markedPids'] = []): void => {
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
};

/** Opens the window after the warm-up and closes it in time, or when the work is used up; then lets the clients drain. */
const createWindow = (spec: LoadSpec, clients: readonly Client[], tally: ReturnType<typeof createTally>) => {
  let startedAt = 0;
  let windowMs = 0;
  let before: Record<string, number | null> = {};
  let cpuUs: Record<string, number | null> = {};
  const close = (): void => {
    if (windowMs > 0) return;
    windowMs = startedAt === 0 ? NaN : performance.now() - startedAt;
    cpuUs = cpuBetween(before, readCpu(spec.cpuPids));
    if (startedAt > 0) mark(spec.markedPids);
    tally.measure(false);
    // Autocannon compares the two before it sends again: each connection ends with all its answers in.
    for (const client of clients) client.responseMax = client.reqsMade;
  };
  const open = (): void => {
    mark(spec.markedPids);
    startedAt = performance.now();
    before = readCpu(spec.cpuPids);
    tally.measure(true);
    setTimeout(close, spec.measureMs);
  };
  const warmUp = (): void => {
    const begunAt = performance.now();
    const look = (): void => {
      if (Number.isNaN(windowMs)) return;
      const warm = tally.answers() >= spec.warmAnswersMin || performance.now() - begunAt >= spec.warmMsMax;
      if (warm) open();
      else setTimeout(look, 50);
    };
    setTimeout(look, spec.warmMs);
  };
  return { warmUp, close, result: () => ({ windowMs, cpuUs }) };
};

const run = (spec: LoadSpec): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    const ringOf = createRequestRings(spec, randomBytes(6).toString('hex'));
    const tally = createTally(spec);
    const watch = spec.watch ? createReadWatch() : null;
    const clients: Client[] = [];
    const window = createWindow(spec, clients, tally);
    let errors = 0;
    const instance = autocannon(
      {
        url: spec.ports.map((port) => `http://127.0.0.1:${String(port)}`) as unknown as string,
        connections: spec.connections,
        // Its own clock is only the last resort; the window closes the run.
        duration: (spec.warmMsMax + spec.measureMs) / 1000 + 90,
        timeout: 60,
        sampleInt: 100,
        setupClient: (plain) => {
          const client = plain as unknown as Client;
          const ring = ringOf(clients.length);
          clients.push(client);
          attach({ client, ring, tally, watch, onWorkUsedUp: window.close });
        },
      },
      (error: unknown) => {
        if (error instanceof Error) reject(error);
        else resolve({ ...tally.result(), ...window.result(), reads: watch?.seen ?? null, errors });
      },
    );
    instance.on('reqError', () => errors++);
    window.warmUp();
  });

process.once('message', (spec: LoadSpec) => {
  void run(spec).then((result) => process.send?.(result, () => process.exit(0)));
});
