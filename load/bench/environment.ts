import { cpus, homedir, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { findMongod } from '../../src/config/mongod-binary.js';
import type { Cleanup } from './cleanup.js';
import { startMongod, type BenchMongod } from './mongod.js';
import { startRedis, type BenchRedis } from './redis.js';

/** Where the figures come from; no names of machines or folders. */
export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  system: string;
  node: string;
  mongod: string;
  redis?: string;
  rabbitmq?: string;
  /** Load average of the last minute before the start: above zero, somebody else was at work. */
  loadAtStart: number;
}

/** What the broker calls itself; `none` where nobody answers. */
export const brokerVersion = async (url: string): Promise<string> => {
  try {
    const model = await connect(url, { timeout: 5000 });
    model.on('error', () => undefined);
    await model.close();
    return model.connection.serverProperties.version;
  } catch {
    return 'none';
  }
};

/** The load average of the last minute. */
export const loadNow = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;

export const describeMachine = (mongod: string, others: Pick<Machine, 'redis' | 'rabbitmq'> = {}): Machine => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release()}`,
  node: process.version,
  mongod,
  ...others,
  loadAtStart: loadNow(),
});

/** The databases that the bench runs on and ends with itself. */
export const startDatabases = async (
  directory: string,
  cleanup: Cleanup,
): Promise<{ mongod: BenchMongod; redis: BenchRedis }> => {
  const binary = await findMongod({
    binary: process.env['MONGOD_BINARY'],
    cacheDir: join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stockroom'),
    progress: (line) => console.log(line),
  });
  const mongod = await startMongod(binary, directory);
  cleanup.add(() => mongod.process.stop());
  cleanup.add(() => mongod.client.close());
  const redis = await startRedis(join(directory, 'redis.log'));
  cleanup.add(() => redis.process.stop());
  return { mongod, redis };
};
