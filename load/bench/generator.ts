import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { cpuUsOf } from './cpu.js';
import type { LoadResult, LoadSpec } from './load-spec.js';
import { createRequestRing, type RequestRing } from './requests.js';
import { quantile } from './stats.js';

/**
 * What the generator needs of autocannon's client beside its published type: bytes that are made beforehand, and
 * an end at which every request that was sent is also answered, without which no audit could add up.
 */
interface Client extends autocannon.Client {
  reqsMade: number;
  responseMax: number | undefined;
  getRequestBuffer: () => Buffer;
}

const createTally = (spec: LoadSpec) => {
  const statuses: Record<string, number> = {};
  const soldPerId = spec.ids.map(() => 0);
  const latenciesMs: number[] = [];
  let windowAnswers = 0;
  let answers = 0;
  let measuring = false;
  return {
    answer: (status: number, idIndex: number, latencyMs: number): void => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      answers++;
      const served = status === spec.expectedStatus;
      if (status === 201) soldPerId[idIndex] = (soldPerId[idIndex] ?? 0) + 1;
      if (!measuring) return;
      windowAnswers++;
      if (served) latenciesMs.push(latencyMs);
    },
    answers: (): number => answers,
    measure: (on: boolean): void => {
      measuring = on;
    },
    result: () => {
      const sorted = Float64Array.from(latenciesMs).sort();
      return {
        statuses,
        soldPerId,
        windowAnswers,
        windowServed: sorted.length,
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        maxMs: quantile(sorted, 1),
      };
    },
  };
};

interface RiderEvents {
  onAnswer: (status: number, latencyMs: number) => void;
  onWorkUsedUp: () => void;
}

const attach = (client: Client, ring: RequestRing, { onAnswer, onWorkUsedUp }: RiderEvents): void => {
  let upcoming = ring.next() ?? Buffer.alloc(0);
  client.getRequestBuffer = () => upcoming;
  client.on('response', (status, _bytes, latencyMs) => {
    onAnswer(status, latencyMs);
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
    tally.measure(false);
    // Autocannon compares the two before it sends again: each connection ends with all its answers in.
    for (const client of clients) client.responseMax = client.reqsMade;
  };
  const open = (): void => {
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
    const runTag = randomBytes(6).toString('hex');
    const tally = createTally(spec);
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
          const client = plain as Client;
          const ring = createRequestRing(spec, clients.length, runTag);
          clients.push(client);
          attach(client, ring, {
            onAnswer: (status, latencyMs) => tally.answer(status, ring.lastId(), latencyMs),
            onWorkUsedUp: window.close,
          });
        },
      },
      (error: unknown) => {
        if (error instanceof Error) reject(error);
        else resolve({ ...tally.result(), ...window.result(), errors });
      },
    );
    instance.on('reqError', () => errors++);
    window.warmUp();
  });

process.once('message', (spec: LoadSpec) => {
  void run(spec).then((result) => process.send?.(result, () => process.exit(0)));
});
