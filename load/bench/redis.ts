import { createClient } from 'redis';
import { freePort } from './free-port.js';
import { startProcess, untilReady, type ServerProcess } from './child.js';

export interface BenchRedis {
  url: string;
  process: ServerProcess;
}

const answers = async (url: string): Promise<true | null> => {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 500 } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return null;
  } finally {
    if (client.isOpen) client.destroy();
  }
};

/** A Redis of the bench's own, from PATH, nothing on disk, as the service's cache is run. */
export const startRedis = async (logFile: string): Promise<BenchRedis> => {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
  const server = startProcess({ command: 'redis-server', args, env: process.env, logFile });
  const url = `redis://127.0.0.1:${String(port)}`;
  await untilReady('redis-server', server, () => answers(url), 10_000);
  return { url, process: server };
};
