import { isConnectionFault } from './connection-faults.js';

/**
 * The database's own faults that mean "not now", told by label and code, so that nobody beside the models has to
 * import the driver. Codes: https://github.com/mongodb/mongo/blob/v7.0/src/mongo/base/error_codes.yml
 */
const CODES = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  251, // NoSuchTransaction
  262, // ExceededTimeLimit
  365, // TemporarilyUnavailable
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);

const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];

/** Errors wrap errors, and a cycle among them must not hold us up. */
const CAUSES_MAX = 5;

const isOne = (error: object): boolean => {
  const { name, code, errorLabels, errorLabelSet, message } = error as Record<string, unknown>;
  if (isConnectionFault(error)) return true;
  if (typeof name !== 'string' || !name.startsWith('Mongo')) return false;
  const labels: unknown[] = [
    ...(Array.isArray(errorLabels) ? (errorLabels as unknown[]) : []),
    ...(errorLabelSet instanceof Set ? errorLabelSet : []),
  ];
  return (
    (typeof code === 'number' && CODES.has(code)) ||
    labels.some((label) => LABELS.includes(String(label))) ||
    // Mongoose's own, when `bufferCommands` is off and the connection is not up.
    (typeof message === 'string' && /before initial connection|buffering timed out|not primary/i.test(message))
  );
};

/** Whether `error`, or what caused it, says that the database cannot be reached or cannot serve just now. */
export const isMongoUnavailable = (error: unknown): boolean => {
  let current = error;
  for (let i = 0; i < CAUSES_MAX && typeof current === 'object' && current !== null; i++) {
    if (isOne(current)) return true;
    // A bulk write shows the driver's own error in this way, without its name and its labels.
    const { cause, errorResponse } = current as { cause?: unknown; errorResponse?: unknown };
    current = cause ?? errorResponse;
  }
  return false;
};
