import type { ClientSession, Connection, mongo } from 'mongoose';
import { within } from '../utils/deadline.js';

/** Where a read goes: to be asked of this connection, in this session if there is one. */
export interface ReadPlace {
  connection: Connection;
  /** To be passed with each operation: a session makes the server wait until it knows what the reader must see. */
  options: Readonly<{ session?: ClientSession }>;
}

/** Of a read that may go to a secondary: `late`, `failed` and `resting` went to the primary in the end. */
export type ReadOutcome = 'secondary' | 'late' | 'failed' | 'resting';

export interface ReadSplit {
  /** Runs a short query where it may be run: it shows everything that had been committed when it was asked for. */
  list: <T>(query: (place: ReadPlace) => Promise<T>) => Promise<T>;
  /** Runs the queries of a report, which may take minutes; they show everything that had been committed when it began. */
  report: <T>(work: (place: ReadPlace) => Promise<T>) => Promise<T>;
}

/** Everything is asked of one connection. */
export const readsOf = (connection: Connection): ReadSplit => ({
  list: (query) => query({ connection, options: {} }),
  report: (work) => work({ connection, options: {} }),
});

export interface ReadSplitOptions {
  primary: Connection;
  secondary: Connection;
  /** Whether the other one can be asked. */
  isOpen: () => boolean;
  onRead?: (outcome: ReadOutcome) => void;
  /** How long a secondary may take over a short query, waiting for the primary's writes included, in milliseconds. */
  listMsMax?: number;
  /** How long nobody asks a secondary after it was late or failed. */
  restMs?: number;
  nowMs?: () => number;
}

/** A moment of the primary: what was committed by then has to be seen. */
interface Moment {
  operationTime: mongo.Timestamp;
  clusterTime: mongo.ClusterTime;
}

class Late extends Error {
  override name = 'Late';
}

const maxTimeExpired = 50;
const isLate = (error: unknown): boolean =>
  error instanceof Late || (error as { code?: unknown } | null)?.code === maxTimeExpired;

/** Asks the primary how far it is. One question serves all who ask while an earlier one is on its way, as it is sent after them. */
const createMoments = (primary: Connection) => {
  let flying: Promise<Moment> | undefined;
  let next: Promise<Moment> | undefined;
  const ask = async (): Promise<Moment> => {
    const { operationTime, $clusterTime } = await primary.getClient().db('admin').command({ ping: 1 });
    if (operationTime === undefined || $clusterTime === undefined)
      throw new Error('The primary does not say its time.');
    return { operationTime: operationTime as mongo.Timestamp, clusterTime: $clusterTime as mongo.ClusterTime };
  };
  const launch = (): Promise<Moment> => {
    next = undefined;
    const flight = ask().finally(() => {
      if (flying === flight) flying = undefined;
    });
    flying = flight;
    return flight;
  };
  return (): Promise<Moment> => {
    if (flying === undefined) return launch();
    return (next ??= flying.then(launch, launch));
  };
};

/** Asks the secondary, which waits until it is as far as the primary was when it was asked. */
const createAsk = (primary: Connection, secondary: Connection) => {
  const momentOfPrimary = createMoments(primary);
  return async <T>(query: (place: ReadPlace) => Promise<T>): Promise<T> => {
    const { operationTime, clusterTime } = await momentOfPrimary();
    const session = secondary.getClient().startSession({ causalConsistency: true });
    session.advanceClusterTime(clusterTime);
    session.advanceOperationTime(operationTime);
    try {
      return await query({ connection: secondary, options: { session } });
    } finally {
      await session.endSession().catch(() => undefined);
    }
  };
};

/**
 * Takes reads off the primary without showing anybody less than it would: the primary is asked how far it is, a question of
 * microseconds, and the secondary waits until it is as far (causal consistency). Whatever goes wrong there is asked of the primary.
 * See https://www.mongodb.com/docs/manual/core/causal-consistency-read-write-concerns/
 */
export const createReadSplit = (options: ReadSplitOptions): ReadSplit => {
  const { primary, secondary, isOpen, onRead = () => undefined, listMsMax = 1_000, restMs = 5_000 } = options;
  const { nowMs = () => performance.now() } = options;
  const ask = createAsk(primary, secondary);
  let restsUntilMs = 0;
  let isTrying = false;

  /** One at a time finds out whether a secondary that has rested is good again. */
  const mayAsk = (): boolean => isOpen() && nowMs() >= restsUntilMs && !(isTrying && restsUntilMs > 0);

  const gone = (error: unknown): void => {
    restsUntilMs = nowMs() + restMs;
    onRead(isLate(error) ? 'late' : 'failed');
  };

  /** @throws what went wrong on the secondary, which is left alone for a while then */
  const askShortly = async <T>(query: (place: ReadPlace) => Promise<T>): Promise<T> => {
    const isTrial = restsUntilMs > 0;
    if (isTrial) isTrying = true;
    try {
      const result = await within(listMsMax, ask(query), () => new Late('The secondary is late.'));
      if (isTrial) restsUntilMs = 0;
      onRead('secondary');
      return result;
    } catch (error) {
      gone(error);
      throw error;
    } finally {
      if (isTrial) isTrying = false;
    }
  };

  const atPrimary = <T>(query: (place: ReadPlace) => Promise<T>): Promise<T> =>
    query({ connection: primary, options: {} });

  return {
    list: async (query) => {
      if (mayAsk()) {
        try {
          return await askShortly(query);
        } catch {
          // A fault of the query itself shows again.
          return atPrimary(query);
        }
      }
      onRead('resting');
      return atPrimary(query);
    },
    report: async (work) => {
      if (!mayAsk()) {
        onRead('resting');
        return atPrimary(work);
      }
      try {
        const result = await ask(work);
        onRead('secondary');
        return result;
      } catch (error) {
        // A report in pieces is of no use: its job tries again, on the primary as long as the secondary rests.
        gone(error);
        throw error;
      }
    },
  };
};
