import { execFileSync } from 'node:child_process';
import { createClient } from 'redis';
import { freePort } from '../../../src/config/mongod-process.js';
import { waitFor } from '../../../tests/helpers/wait-for.js';
import type { Herd, Proc } from './herd.js';

const upMsMax = 60_000;

export interface RedisServer {
  /** Where it listens now; another port after each start. */
  port: () => number;
  process: () => Proc;
  start: () => Promise<void>;
  /** Makes it refuse writes, or take them again. */
  setFull: (isFull: boolean) => Promise<void>;
  stop: () => Promise<void>;
}

/** Why there is none; undefined where there is one. */
export const whyNoRedis = (): string | undefined => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore', timeout: 20_000 });
    return undefined;
  } catch {
    return 'there is no redis-server on the PATH';
  }
};

const withClient = async (port: number, work: (ask: (args: string[]) => Promise<unknown>) => Promise<void>) => {
  const client = createClient({
    url: `redis://127.0.0.1:${String(port)}`,
    socket: { reconnectStrategy: false, connectTimeout: 2_000 },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work((args) => client.sendCommand(args));
  } finally {
    if (client.isOpen) client.destroy();
  }
};

/** A redis-server that keeps nothing on disk, as a cache's should. */
export const startRedis = async (herd: Herd, dir: string): Promise<RedisServer> => {
  let running: Proc | undefined;
  let port = 0;
  const start = async (): Promise<void> => {
    port = await freePort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
    running = herd.launch('redis', { command: 'redis-server', args, env: process.env, cwd: dir });
    const answers = async (): Promise<boolean> => {
      await withClient(port, async (ask) => {
        await ask(['PING']);
      });
      return true;
    };
    await waitFor(answers, { deadlineMs: upMsMax, intervalMs: 50, what: 'a redis-server' });
  };
  await start();
  return {
    port: () => port,
    process: () => {
      if (running === undefined) throw new Error('Redis was never started');
      return running;
    },
    start,
    setFull: (isFull) =>
      withClient(port, async (ask) => {
        await ask(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
        await ask(['CONFIG', 'SET', 'maxmemory', isFull ? '1' : '0']);
      }),
    stop: async () => {
      await running?.kill();
    },
  };
};
