import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startProcess, untilReady, type ServerProcess } from './bench/child.js';
import { compileBench } from './bench/compile.js';
import { cpuUsOf } from './bench/cpu.js';
import { median } from './bench/stats.js';
import { constantPath } from './rivals/constants.js';

/**
 * Line 12 by itself: a GET of a constant through Express on our server, against node:http and stock Express.
 * `npx tsx load/http-layer.bench.ts`; `ROUNDS` and `SECONDS` make it longer or shorter.
 */
const rounds = Number(process.env['ROUNDS'] ?? 5);
const seconds = Number(process.env['SECONDS'] ?? 4);
const warmSeconds = 1;
const connections = 100;
const target = 0.7;

const kinds = ['node-http', 'fast-express', 'stock-express', 'layered-express'] as const;
type Kind = (typeof kinds)[number];

interface Server {
  port: number;
  process: ServerProcess;
}

interface Sample {
  rate: number;
  cpuUs: number;
}

const start = async (kind: Kind, directory: string, compiled: (source: string) => string): Promise<Server> => {
  const started = startProcess({
    command: process.execPath,
    args: [compiled(`load/rivals/${kind}.ts`)],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'production', PORT: '0' },
    logFile: join(directory, `${kind}.log`),
  });
  const port = await untilReady(kind, started, () => {
    const said = /^listening (\d+)$/m.exec(started.output())?.[1];
    return said === undefined ? null : Number(said);
  });
  return { port, process: started };
};

const load = (port: number, duration: number): Promise<autocannon.Result> =>
  autocannon({ url: `http://127.0.0.1:${port}${constantPath}`, connections, duration });

const measure = async ({ port, process: server }: Server): Promise<Sample> => {
  await load(port, warmSeconds);
  const before = cpuUsOf([server.pid]) ?? NaN;
  const result = await load(port, seconds);
  const cpuUs = (cpuUsOf([server.pid]) ?? NaN) - before;
  server.forgetOutput();
  const answers = result['2xx'];
  if (result.errors > 0 || result.non2xx > 0) throw new Error(`${result.errors} errors, ${result.non2xx} refusals`);
  return { rate: answers / result.duration, cpuUs: cpuUs / answers };
};

const runRounds = async (servers: ReadonlyMap<Kind, Server>): Promise<Map<Kind, Sample[]>> => {
  const samples = new Map<Kind, Sample[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    // Every other round goes backwards, so that nobody always follows the same neighbour.
    const order = round % 2 === 0 ? [...servers] : [...servers].reverse();
    for (const [kind, server] of order) samples.get(kind)?.push(await measure(server));
  }
  return samples;
};

const print = (samples: ReadonlyMap<Kind, Sample[]>): void => {
  const middle = (kind: Kind, key: keyof Sample) => median((samples.get(kind) ?? []).map((sample) => sample[key]));
  const ceiling = middle('node-http', 'rate');
  for (const kind of kinds) {
    const rate = middle(kind, 'rate');
    const ratio = (rate / ceiling).toFixed(2);
    console.log(
      `${kind.padEnd(16)} ${rate.toFixed(0).padStart(7)}/s  x${ratio}  ${middle(kind, 'cpuUs').toFixed(1)} us CPU`,
    );
  }
  const ratio = middle('fast-express', 'rate') / ceiling;
  const cost = middle('node-http', 'cpuUs') / middle('fast-express', 'cpuUs');
  const verdict = ratio >= target ? 'met' : 'BELOW TARGET';
  console.log(
    `line 12: ${ratio.toFixed(2)} of node:http by rate (${cost.toFixed(2)} by CPU), target ${target}: ${verdict}`,
  );
};

const main = async (): Promise<void> => {
  const root = join(import.meta.dirname, '..');
  // Below node_modules, so that the compiled files find their packages.
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'http-layer-'));
  const compiled = compileBench(root, join(directory, 'compiled'));
  const servers = new Map<Kind, Server>();
  try {
    for (const kind of kinds) servers.set(kind, await start(kind, directory, compiled));
    print(await runRounds(servers));
  } finally {
    for (const server of servers.values()) await server.process.stop(2000);
    rmSync(directory, { recursive: true, force: true });
  }
};

await main();
