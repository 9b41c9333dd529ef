import { createClient } from 'redis';
import { freePort } from './free-port.js';
import { startProcess, untilReady, type ServerProcess } from './child.js';

export interface BenchRedis {
  url: string;
  version: string;
  process: ServerProcess;
}

/** Its version, null while it does not answer. */
const answers = async (url: string): Promise<string | null> => {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 500 } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return /^redis_version:(\S+)/m.exec(await client.info('server'))?.[1] ?? 'unknown';
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
  const version = await untilReady('redis-server', server, () => answers(url));
  return { url, version, process: server };
};
