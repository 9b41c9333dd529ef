/**
 * The database's faults that mean "not now", told by name, label and code, so that nobody beside the models has to
 * import the driver. Codes: https://github.com/mongodb/mongo/blob/v7.0/src/mongo/base/error_codes.yml
 */
const NAMES = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoPoolClosedError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoExpiredSessionError',
]);

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
]);

const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'UnknownTransactionCommitResult'];

/** Errors wrap errors, and a cycle among them must not hold us up. */
const CAUSES_MAX = 5;

const isOne = (error: object): boolean => {
  const { name, code, errorLabels, errorLabelSet, message } = error as Record<string, unknown>;
  if (typeof name === 'string' && NAMES.has(name)) return true;
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
    current = (current as { cause?: unknown }).cause;
  }
  return false;
};
