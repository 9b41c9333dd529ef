import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isListening } from '../../src/config/mongod-process.js';
import { describeWith } from './needs.js';
import { waitFor } from './wait-for.js';

const whyMissing = (): string | undefined => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no redis-server on the PATH';
  }
};

/** `describe` for tests on a real Redis: skipped, and said loudly, where none can be had. */
export const describeRedis = (name: string, suite: () => void): void =>
  describeWith('Redis', whyMissing())(name, suite);

export interface TestRedis {
  url: string;
  port: number;
  kill: () => Promise<void>;
  /** SIGSTOP: connections stay open and nothing is answered. */
  freeze: () => void;
  thaw: () => void;
  /** Starts an empty one on the same port, after `kill`. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

/**
 * A redis-server for one test alone. It keeps nothing on disk, as a cache's should.
 * @param args further settings, such as `['--maxmemory-policy', 'noeviction']`
 */
export const startRedis = async (args: readonly string[] = []): Promise<TestRedis> => {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'stockroom-redis-'));
  const launch = async () => {
    const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
    const child = spawn('redis-server', [...fixed, ...args], { stdio: 'ignore' });
    const onOurExit = () => child.kill('SIGKILL');
    process.once('exit', onOurExit);
    const gone = new Promise<void>((resolve) =>
      child.once('exit', () => {
        process.off('exit', onOurExit);
        resolve();
      }),
    );
    await waitFor(() => isListening(port), { deadlineMs: 60_000, what: 'a redis-server of the tests' });
    return { child, gone };
  };
  let current = await launch();
  const kill = async () => {
    current.child.kill('SIGKILL');
    await current.gone;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    freeze: () => void current.child.kill('SIGSTOP'),
    thaw: () => void current.child.kill('SIGCONT'),
    restart: async () => {
      current = await launch();
    },
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
