import { createClient } from 'redis';
import { fullJitterMs } from '../utils/retry.js';
import type { Logger } from './logger.js';

export interface RedisOptions {
  url: string;
  /** Shown by `CLIENT LIST`. */
  name: string;
  logger: Pick<Logger, 'warn' | 'info'>;
}

const makeClient = (url: string, name: string) =>
  createClient({
    url,
    name,
    RESP: 3,
    emitInvalidate: true,
    // Nothing waits for a Redis that is away: a command fails at once, and its caller has another way.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 5_000,
    // The default of 5 s costs a timer per command, and covers only commands that were not sent yet.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: 1_000,
      socketTimeout: 2_000,
      // The library's own strategy gives up for ever after a socket time-out.
      reconnectStrategy: (tries: number) => 50 + fullJitterMs(tries, 50, 2_000),
    },
  });

export type RedisClient = ReturnType<typeof makeClient>;

export interface Redis {
  client: RedisClient;
  close: () => void;
}

/**
 * A client that is always trying: the service starts and runs without Redis, and uses it from the moment it is
 * there. Each change between away and back is logged once.
 */
export const connectRedis = ({ url, name, logger }: RedisOptions): Redis => {
  const client = makeClient(url, name);
  let away = false;
  client.on('error', (error: Error) => {
    if (!away) logger.warn({ reason: error.message }, 'Redis is away; going on without it');
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  // Settles only once Redis has answered for the first time, so nobody waits for it.
  client.connect().catch(() => undefined);
  return { client, close: () => client.destroy() };
};
