/** Errors of the driver's own side, by name; it does not put labels on all of them. */
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
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoExpiredSessionError',
  'PoolClosedError',
  'PoolClearedError',
  'PoolClearedOnNetworkError',
  'WaitQueueTimeoutError',
]);

/**
 * Node's codes of a connection that is broken or cannot be made. The MongoDB driver lets such an error through as it is,
 * without a name or a label of its own, when the connection breaks while a command waits for room to be written.
 */
const SOCKET_CODES = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOTCONN',
  'EPIPE',
  'ERR_SOCKET_CLOSED',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ETIMEDOUT',
]);

/** Whether this error says that the connection to the database is broken, cannot be made or cannot be had. */
export const isConnectionFault = ({ name, code }: { name?: unknown; code?: unknown }): boolean =>
  (typeof name === 'string' && NAMES.has(name)) || (typeof code === 'string' && SOCKET_CODES.has(code));
