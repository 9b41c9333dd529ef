import type { Logger } from './logger.js';
import { connectRedis } from './redis.js';

export interface LimitsRedisOptions {
  url: string;
  /** Shown by `CLIENT LIST`. */
  name: string;
  logger: Pick<Logger, 'warn' | 'info'>;
}

/** What rate-limiter-flexible asks of a client of the redis package. */
export interface ScriptClient {
  readonly isReady: boolean;
  eval: (script: string, options: { keys: string[]; arguments: string[] }) => Promise<unknown>;
}

/** The connection on which processes share their counts: not the cache's, which tracks whatever is read on it. */
export interface LimitsRedis {
  client: ScriptClient;
  /** Gives the connection up, whatever state it is in, and makes a new one. */
  restart: () => void;
  close: () => void;
}

/** A client that is always trying: limits hold without Redis, and are shared from the moment it is there. */
export const connectLimitsRedis = ({ url, name, logger }: LimitsRedisOptions): LimitsRedis => {
  const { commands, close } = connectRedis({
    url,
    name,
    isOftenIdle: true,
    logger: {
      warn: (fields: object) => logger.warn(fields, 'the Redis of the limits is away; each process counts alone'),
      info: () => logger.info('limits are shared through Redis from now on'),
    },
  });
  return {
    client: {
      get isReady() {
        return commands.isReady;
      },
      eval: (script, { keys, arguments: values }) =>
        commands.sendCommand(['EVAL', script, String(keys.length), ...keys, ...values]),
    },
    restart: commands.restart,
    close,
  };
};
