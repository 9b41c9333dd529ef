import { isConnectionFault } from '../utils/connection-faults.js';

/**
 * What went wrong while a batch was read or written, as far as it decides what to do next.
 * `conflict`: somebody else moved the same stock; decide again. `duplicate`: a unique index refused; decide again, the cause can be read now.
 * `transient`: the database is away or busy; try again. `permanent`: trying again would end the same.
 */
export type StockFaultKind = 'conflict' | 'duplicate' | 'transient' | 'permanent';

export class StockFault extends Error {
  readonly kind: StockFaultKind;

  constructor(kind: StockFaultKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StockFault';
    this.kind = kind;
  }
}

const duplicateKey = 11_000;
/** WriteConflict, LockTimeout, SnapshotUnavailable, NoSuchTransaction: the transaction is over and has changed nothing. */
const conflicts = new Set([112, 24, 246, 251]);
/** Stepping down, shutting down, interrupted, unreachable peers, out of time, out of disk: nothing wrong with the batch itself. */
const awayCodes = new Set([
  6, 7, 43, 50, 89, 91, 133, 189, 202, 262, 290, 365, 9001, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031,
  26555,
]);
interface MongoLike {
  name?: unknown;
  code?: unknown;
  keyPattern?: unknown;
  errorLabels?: unknown;
  errorLabelSet?: unknown;
}

const hasLabel = (error: MongoLike, label: string): boolean =>
  (error.errorLabelSet instanceof Set && error.errorLabelSet.has(label)) ||
  (Array.isArray(error.errorLabels) && error.errorLabels.includes(label));

/**
 * The ledger has a line of this `seq` already, though the product stood right before it: they have been changed past the engine,
 * and however often the batch is decided, it ends here.
 */
const isTakenSeq = ({ keyPattern }: MongoLike): boolean =>
  typeof keyPattern === 'object' && keyPattern !== null && 'seq' in keyPattern;

/** Sorts an error of a read, or of a write before the commit was sent. Labels alone are not relied upon. */
export const faultKindOf = (error: unknown): StockFaultKind => {
  if (error instanceof StockFault) return error.kind;
  if (typeof error !== 'object' || error === null) return 'permanent';
  const fault = error as MongoLike;
  if (fault.code === duplicateKey) return isTakenSeq(fault) ? 'permanent' : 'duplicate';
  if (typeof fault.code === 'number' && conflicts.has(fault.code)) return 'conflict';
  if (typeof fault.code === 'number' && awayCodes.has(fault.code)) return 'transient';
  if (isConnectionFault(fault)) return 'transient';
  if (hasLabel(fault, 'TransientTransactionError') || hasLabel(fault, 'RetryableWriteError')) return 'transient';
  return 'permanent';
};

/**
 * Whether the reply to a commit says for certain that nothing was committed: a reply of the server that ends the
 * transaction, and no interruption of the server itself. Everything else leaves the outcome open.
 */
export const surelyNotCommitted = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  const fault = error as MongoLike;
  if (fault.name !== 'MongoServerError' || typeof fault.code !== 'number') return false;
  if (awayCodes.has(fault.code) || hasLabel(fault, 'UnknownTransactionCommitResult')) return false;
  return conflicts.has(fault.code) || hasLabel(fault, 'TransientTransactionError');
};
