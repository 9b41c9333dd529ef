import { messages } from './messages.js';

/** Every `error.code` of the API and the HTTP status that it is answered with. */
export const errorStatus = {
  VALIDATION_FAILED: 400,
  MALFORMED_JSON: 400,
  INVALID_ID: 400,
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  INVALID_CREDENTIALS: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  INSUFFICIENT_STOCK: 409,
  PRICE_CHANGED: 409,
  STOCK_CHANGED: 409,
  PRODUCT_IN_USE: 409,
  DUPLICATE_SKU: 409,
  DUPLICATE_EMAIL: 409,
  LIMIT_REACHED: 409,
  SALE_NOT_OPEN: 409,
  RESERVATION_EXPIRED: 409,
  ORDER_STATE: 409,
  REPORT_STATE: 409,
  JOB_STATE: 409,
  USER_STATE: 409,
  DROP_RUNNING: 409,
  REQUEST_TIMEOUT: 408,
  IDEMPOTENCY_IN_PROGRESS: 409,
  VERSION_MISMATCH: 412,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export interface AppErrorOptions {
  /** What a program needs beside the code, in the shape that CONTRACT names for it. */
  details?: unknown;
  /** Headers that belong to the refusal, such as `Allow` or `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
  /** Replaces the standard sentence of the code. */
  message?: string;
}

/**
 * A refusal or fault with a code of the contract. Services and middlewares throw it; only the error handler
 * turns it into a reply.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const { stackTraceLimit } = Error;
    // A refusal is an answer like any other: nobody looks at its stack, and taking it costs as much as routing the request.
    if (errorStatus[code] < 500) Error.stackTraceLimit = 0;
    super(options.message ?? messages[code], options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'AppError';
    this.code = code;
    this.status = errorStatus[code];
    this.details = options.details;
    this.headers = options.headers ?? {};
  }
}

/** One fault of an input: `path` is dotted, as in `items.0.quantity`; `''` is the whole body. */
export interface FieldFault {
  path: string;
  message: string;
}

export const validationFailed = (details: readonly FieldFault[]): AppError =>
  new AppError('VALIDATION_FAILED', { details });

/** 503 with `Retry-After`, in whole seconds. */
export const unavailable = (retryAfterSeconds: number, cause?: unknown): AppError =>
  new AppError('UNAVAILABLE', { headers: { 'Retry-After': String(retryAfterSeconds) }, cause });

/**
 * A start that cannot go on, for a reason that the operator can mend. The process prints `message` as its one
 * line and exits with code 1.
 */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}
