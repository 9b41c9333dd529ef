import { createNodeRedisClient, type IRedisClient } from 'bullmq';
import { createClient } from 'redis';
import { fullJitterMs } from '../utils/retry.js';
import type { Logger } from './logger.js';

export interface QueueRedisOptions {
  url: string;
  /** Shown by `CLIENT LIST`. */
  name: string;
  logger: Pick<Logger, 'warn' | 'info'>;
}

/** The connection of the job queues: not the cache's, which gives a silent Redis up and whose data may be lost. */
export interface QueueRedis {
  /** For BullMQ, which makes further ones like it. */
  connection: IRedisClient;
  isUp: () => boolean;
  /** @throws when Redis is away */
  check: () => Promise<unknown>;
  close: () => void;
}

const makeClient = (url: string, name: string) =>
  createClient({
    url,
    name,
    RESP: 2,
    // Nothing piles up while Redis is frozen: what is past this fails at once.
    commandsQueueMaxLength: 2_000,
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: 2_000,
      // A worker that waits for jobs is silent for seconds, so no socket time-out; a lost cable shows by the system's probes.
      keepAlive: true,
      keepAliveInitialDelay: 5_000,
      reconnectStrategy: (tries: number) => 50 + fullJitterMs(tries, 50, 2_000),
    },
  });

/** A connection that is always trying: the service starts without Redis, and works on jobs from the moment it is there. */
export const connectQueueRedis = ({ url, name, logger }: QueueRedisOptions): QueueRedis => {
  const client = makeClient(url, name);
  // BullMQ makes connections of its own from this one, for which its workers wait at their end as long as Redis is away.
  const copies: { isOpen: boolean; destroy: () => void }[] = [];
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (overrides) => {
    const copy = duplicate(overrides);
    copies.push(copy);
    return copy;
  };
  let away = false;
  client.on('error', (error: Error) => {
    if (!away) logger.warn({ reason: error.message }, 'the Redis of the jobs is away; they wait');
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info('the Redis of the jobs is back');
    away = false;
  });
  // Connects by itself; its errors are those of the client, which have been heard.
  const connection = createNodeRedisClient(client);
  connection.on('error', () => undefined);
  return {
    connection,
    isUp: () => client.isReady,
    check: () => (client.isReady ? client.ping() : Promise.reject(new Error('not connected'))),
    close: () => {
      for (const each of [client, ...copies]) if (each.isOpen) each.destroy();
    },
  };
};
