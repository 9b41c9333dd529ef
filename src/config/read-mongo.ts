import mongoose, { type Connection } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../utils/errors.js';
import { redactUrls } from '../utils/redact.js';
import { fullJitterMs } from '../utils/retry.js';
import type { Logger } from './logger.js';
import { clientOptions, databaseOptions, finalFault } from './mongo.js';

export interface ReadMongoOptions {
  /** MONGO_READ_URI */
  uri: string;
  database: string;
  appName: string;
  logger: Pick<Logger, 'warn' | 'info'>;
  /**
   * Whether what answers there has the same data as the service's database; asked once, before anything is read there.
   * @throws StartError when it has not; any other error says that it cannot be told yet
   */
  verify: (connection: Connection) => Promise<void>;
  /** Called once it can be read from. */
  onOpen: (client: mongoose.mongo.MongoClient) => void;
}

export interface ReadMongo {
  /** To hang models on; not to be asked before `isOpen`. */
  connection: Connection;
  isOpen: () => boolean;
  close: () => Promise<void>;
}

const setting = 'MONGO_READ_URI';
/** How long a start waits for it: without it everything is read from the primary. */
const startMs = 2_000;
/** The least that the driver takes: members that are further behind are not asked. */
const maxStalenessSeconds = 90;

const readOptions = (uri: string) =>
  /[?&]readPreference=/i.test(uri) ? {} : { readPreference: 'secondaryPreferred' as const, maxStalenessSeconds };

/**
 * Connects to where reads may go that need not ask the primary. Nothing hangs on it: while it is away, these reads go to the primary too,
 * and it is tried again for as long as the process lives.
 * @throws StartError when the setting is wrong, as far as that shows while the process starts
 */
export const connectReadMongo = async (options: ReadMongoOptions): Promise<ReadMongo> => {
  const { uri, database, appName, logger, verify, onOpen } = options;
  const connection = mongoose.createConnection();
  const stopping = new AbortController();
  let open = false;

  const attempt = async (): Promise<void> => {
    // A connection that is open is kept: what is wanted then is a better answer.
    if (connection.readyState !== mongoose.ConnectionStates.connected) {
      const reads = { ...databaseOptions(uri, database), ...readOptions(uri) };
      await connection.openUri(uri, { ...clientOptions(appName), ...reads });
    }
    await verify(connection);
  };

  const connectAtLast = async (): Promise<void> => {
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      try {
        await attempt();
        onOpen(connection.getClient());
        open = true;
        return;
      } catch (error) {
        const fault = error instanceof StartError ? error : finalFault(error, uri, setting);
        if (fault !== undefined) throw fault;
        if (tries === 0)
          logger.warn({ reason: redactUrls(String(error)) }, `${setting} does not answer; reading from the primary`);
        await sleep(fullJitterMs(tries, 250, 5_000), undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const connecting = connectAtLast();
  // Behind the start nobody is stopped by it any more.
  connecting.catch((error: unknown) => logger.warn({ err: error }, 'reading from the primary alone'));
  const close = async (): Promise<void> => {
    stopping.abort();
    await connection.close(true);
    await connecting.catch(() => undefined);
  };
  try {
    await Promise.race([connecting, sleep(startMs, undefined, { ref: false })]);
  } catch (error) {
    await close();
    throw error;
  }
  return { connection, isOpen: () => open, close };
};
