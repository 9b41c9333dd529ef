import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession, Connection } from 'mongoose';
import { fullJitterMs } from '../utils/retry.js';

/** How long a small transaction may take with all its tries, in milliseconds. */
const transactionMsMax = 5_000;

const hasLabel = (error: unknown, label: string): boolean =>
  error instanceof Error &&
  'hasErrorLabel' in error &&
  typeof error.hasErrorLabel === 'function' &&
  (error as Error & { hasErrorLabel: (label: string) => boolean }).hasErrorLabel(label);

const commit = async (session: ClientSession, deadline: number): Promise<void> => {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || performance.now() > deadline) throw error;
      await sleep(fullJitterMs(1, 20, 100));
    }
  }
};

/**
 * Runs `work` in one transaction, again from its beginning where the database says that this may help; the driver's own
 * `withTransaction` goes on for two minutes. `work` must name its documents itself, so that a repeat writes the same ones.
 * Not for stock, which moves through the stock engine alone.
 * @throws what `work` or the database throws
 */
export const inTransaction = async <T>(
  connection: Connection,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> => {
  const deadline = performance.now() + transactionMsMax;
  const session = connection.getClient().startSession();
  try {
    for (let attempt = 0; ; attempt++) {
      session.startTransaction({ writeConcern: { w: 'majority', journal: true } });
      try {
        const result = await work(session);
        await commit(session, deadline);
        return result;
      } catch (error) {
        if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
        if (!hasLabel(error, 'TransientTransactionError') || performance.now() > deadline) throw error;
        await sleep(fullJitterMs(attempt, 10, 200));
      }
    }
  } finally {
    await session.endSession().catch(() => undefined);
  }
};
