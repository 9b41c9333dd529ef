import { connectRedis } from '../../src/config/redis.js';
import { createRedisStore } from '../../src/services/cache/redis-store.js';
import { waitFor } from './wait-for.js';

const silent = { warn: () => undefined, info: () => undefined };

/** A store of the cache on a Redis, on a connection of its own, once it is up. */
export const redisStoreAt = async (url: string, namespace: string, tracking = true) => {
  const redis = connectRedis({ url, name: 'tests', logger: silent });
  const store = createRedisStore({
    redis: redis.commands,
    namespace,
    tracking,
    logger: silent,
    metrics: { linkState: () => undefined },
  });
  await waitFor(store.isUp, { what: 'the store' });
  return {
    store,
    command: (...args: string[]): Promise<unknown> => redis.client.sendCommand(args),
    close: () => {
      store.close();
      redis.close();
    },
  };
};

export type StoreOnRedis = Awaited<ReturnType<typeof redisStoreAt>>;
