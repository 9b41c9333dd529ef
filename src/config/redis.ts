import { createClient } from 'redis';
import { fullJitterMs } from '../utils/retry.js';
import type { Logger } from './logger.js';
import { movedTo } from './redis-moved.js';

export interface RedisOptions {
  url: string;
  /** Shown by `CLIENT LIST`. */
  name: string;
  logger: Pick<Logger, 'warn' | 'info'>;
  /** Whether nothing may be asked for seconds: silence is then no reason to give the connection up. */
  isOftenIdle?: boolean;
}

const makeClient = (url: string, { name, isOftenIdle = false }: RedisOptions) =>
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
      ...(isOftenIdle ? { keepAlive: true, keepAliveInitialDelay: 5_000 } : { socketTimeout: 2_000 }),
      // The library's own strategy gives up for ever after a socket time-out.
      reconnectStrategy: (tries: number) => 50 + fullJitterMs(tries, 50, 2_000),
    },
  });

/** What the cache needs of a connection; an invalidation of null stands for all keys. */
export interface RedisCommands {
  readonly isReady: boolean;
  sendCommand: (args: string[]) => Promise<unknown>;
  onReady: (listener: () => void) => void;
  onLost: (listener: () => void) => void;
  onInvalidate: (listener: (key: string | null) => void) => void;
  /** Gives the connection up, whatever state it is in, and makes a new one. */
  restart: () => void;
}

export type RedisClient = ReturnType<typeof makeClient>;

export interface Redis {
  /** The connection of this moment; in a Redis Cluster the next one may be to another node. */
  readonly client: RedisClient;
  /** The connection in the shape in which the cache asks for it. */
  commands: RedisCommands;
  close: () => void;
}

/** A node that has just sent us on is not left again before this: two nodes that disagree would send us to and fro. */
const followAgainMs = 250;
/** So many failures in a row, and the other address that we know is tried. */
const failuresMax = 3;

/** Who is told of what, whichever connection it happens on. */
const createListeners = () => ({
  ready: [] as (() => void)[],
  lost: [] as (() => void)[],
  invalidate: [] as ((key: string | null) => void)[],
});

const tellAll = (listeners: readonly (() => void)[]): void => {
  for (const listener of listeners) listener();
};

/** The client that counts, made anew for another address; events of those before it are not passed on. */
const createPlaces = (options: RedisOptions, told: ReturnType<typeof createListeners>) => {
  const { logger } = options;
  let at = options.url;
  let away = false;
  let failures = 0;
  /** The address that was left last: the one to try when this one is gone. */
  let other: string | undefined;

  const connect = (opened: RedisClient): void => {
    // Settles only once Redis has answered, so nobody waits for it.
    void opened.connect().catch(() => undefined);
  };
  const open = (): RedisClient => {
    const opened = makeClient(at, options);
    const onLost = (): void => {
      if (opened === client) tellAll(told.lost);
    };
    opened.on('error', (error: Error) => {
      if (opened !== client) return;
      if (!away) logger.warn({ reason: error.message }, 'Redis is away; going on without it');
      away = true;
      onLost();
      if (++failures >= failuresMax && other !== undefined) goTo(other);
    });
    opened.on('end', onLost);
    opened.on('ready', () => {
      if (opened !== client) return;
      if (away) logger.info('Redis is back');
      away = false;
      failures = 0;
      tellAll(told.ready);
    });
    opened.on('invalidate', (key: { toString: () => string } | null) => {
      if (opened !== client) return;
      for (const listener of told.invalidate) listener(key === null ? null : key.toString());
    });
    return opened;
  };
  const goTo = (next: string): void => {
    const before = client;
    [at, other, failures] = [next, at, 0];
    client = open();
    tellAll(told.lost);
    if (before.isOpen) before.destroy();
    connect(client);
  };

  let client = open();
  connect(client);
  return {
    client: (): RedisClient => client,
    at: (): string => at,
    goTo,
    restart: (): void => {
      client.destroy();
      connect(client);
    },
  };
};

/**
 * A client that is always trying: the service starts and runs without Redis, and uses it from the moment it is
 * there. Each change between away and back is logged once. Keys that are asked for on one such connection have one hash tag, so
 * in a Redis Cluster they are all on one node, whose address any other node tells: it goes there, and again when they have moved.
 */
export const connectRedis = (options: RedisOptions): Redis => {
  const told = createListeners();
  const places = createPlaces(options, told);
  let followedMs = -Infinity;

  const follow = (asked: RedisClient, error: unknown): void => {
    const next = movedTo(error, places.at());
    if (next === undefined || asked !== places.client() || performance.now() < followedMs + followAgainMs) return;
    followedMs = performance.now();
    options.logger.info({ node: new URL(next).host }, 'the keys are on another node of the Redis Cluster; going there');
    places.goTo(next);
  };

  const commands: RedisCommands = {
    get isReady() {
      return places.client().isReady;
    },
    sendCommand: (args) => {
      const asked = places.client();
      const reply = asked.sendCommand(args);
      reply.catch((error: unknown) => follow(asked, error));
      return reply;
    },
    onReady: (listener) => void told.ready.push(listener),
    onLost: (listener) => void told.lost.push(listener),
    onInvalidate: (listener) => void told.invalidate.push(listener),
    restart: places.restart,
  };
  return {
    get client() {
      return places.client();
    },
    commands,
    close: () => places.client().destroy(),
  };
};
