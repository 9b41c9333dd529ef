import { connect, type ChannelModel, type RecoveringChannelModel } from 'amqplib';
import { fullJitterMs } from '../utils/retry.js';
import type { Logger } from './logger.js';

export interface RabbitOptions {
  url: string;
  /** Shown by the broker's list of connections. */
  name: string;
  logger: Pick<Logger, 'warn' | 'info'>;
}

/** One connection that comes back by itself; the channels of an earlier one stay dead. */
export interface RabbitLink {
  /** Told of every new connection, and of the present one at once. @returns ends that */
  onConnect: (listener: (model: ChannelModel) => void) => () => void;
  isUp: () => boolean;
  close: () => Promise<void>;
}

/** Two connections: a broker that is short of memory stops reading from who publishes, and acknowledgements must not wait behind that. */
export interface Rabbit {
  publishing: RabbitLink;
  consuming: RabbitLink;
  /** @throws when one of the two is away */
  check: () => Promise<void>;
  close: () => Promise<void>;
}

/** A peer that is silent for two to three of these is given up. */
const heartbeatSeconds = 5;
const handshakeMsMax = 5_000;
const closeMsMax = 1_000;

/** The URL with our heartbeat, unless it names its own. */
const withHeartbeat = (url: string): string => {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(heartbeatSeconds));
  return parsed.href;
};

const within = async (task: Promise<unknown>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([task.then(() => undefined), late]).finally(() => clearTimeout(timer));
};

/** Each change between away and back is logged once. */
const logChanges = (model: RecoveringChannelModel, name: string, logger: RabbitOptions['logger']): void => {
  let away = false;
  const onAway = (error: Error) => {
    if (!away)
      logger.warn({ connection: name, reason: error.message }, 'RabbitMQ is away; events wait in the database');
    away = true;
  };
  model.on('connect-failed', onAway);
  model.on('disconnect', onAway);
  model.on('connect', () => {
    if (away) logger.info({ connection: name }, 'RabbitMQ is back');
    away = false;
  });
  model.on('blocked', (reason) => logger.warn({ connection: name, reason }, 'RabbitMQ takes no messages for now'));
  model.on('unblocked', () => logger.info({ connection: name }, 'RabbitMQ takes messages again'));
  // What it says is said by `disconnect` too; without a listener it would end the process.
  model.on('error', () => undefined);
};

const openLink = async (url: string, name: string, logger: RabbitOptions['logger']): Promise<RabbitLink> => {
  const listeners = new Set<(model: ChannelModel) => void>();
  let current: ChannelModel | undefined;
  // Resolves before there is a connection.
  const recovering = await connect(withHeartbeat(url), {
    noDelay: true,
    timeout: handshakeMsMax,
    clientProperties: { connection_name: name },
    recovery: { waitForConnect: false, calculateDelay: (attempt) => 50 + fullJitterMs(attempt, 50, 2_000) },
  });
  logChanges(recovering, name, logger);
  recovering.on('connect', (model: ChannelModel) => {
    current = model;
    for (const listener of listeners) listener(model);
  });
  recovering.on('disconnect', () => (current = undefined));
  return {
    onConnect: (listener) => {
      listeners.add(listener);
      if (current !== undefined) listener(current);
      return () => listeners.delete(listener);
    },
    isUp: () => current !== undefined,
    close: async () => {
      current = undefined;
      listeners.clear();
      // The broker's goodbye does not come through a dead cable.
      await within(recovering.close(), closeMsMax);
    },
  };
};

/**
 * Connections that are always being tried: the service starts and runs without RabbitMQ, and uses it from the moment it is there.
 */
export const connectRabbit = async ({ url, name, logger }: RabbitOptions): Promise<Rabbit> => {
  const publishing = await openLink(url, `${name}:publishing`, logger);
  const consuming = await openLink(url, `${name}:consuming`, logger);
  return {
    publishing,
    consuming,
    check: () =>
      publishing.isUp() && consuming.isUp() ? Promise.resolve() : Promise.reject(new Error('RabbitMQ is away')),
    close: async () => {
      await Promise.all([consuming.close(), publishing.close()]);
    },
  };
};
