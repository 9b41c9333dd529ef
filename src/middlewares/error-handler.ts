import type { ErrorRequestHandler, Request, Response } from 'express';
import { errorBody } from '../utils/error-body.js';
import { AppError, unavailable, type ErrorCode } from '../utils/errors.js';
import { requestIdOf } from '../utils/http-locals.js';
import { isMongoUnavailable } from '../utils/mongo-faults.js';
import { sendJson } from '../utils/send-json.js';

export interface FaultLogger {
  error: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
}

export interface ErrorMetrics {
  errorAnswered: (code: ErrorCode) => void;
}

export interface ErrorHandlerDeps {
  logger: FaultLogger;
  /** Told the code of each answer. */
  metrics?: ErrorMetrics;
}

/** What a failed handler may have set for the answer that it did not come to give. */
const OF_THE_ANSWER = ['ETag', 'Last-Modified', 'Cache-Control', 'Content-Encoding', 'Content-Disposition', 'Location'];

const RETRY_AFTER_SECONDS = 1;

const statusOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;

/** Express, its router and its static files refuse with errors that have a `status`. */
const codeOfStatus = (status: number): ConstructorParameters<typeof AppError>[0] => {
  if (status === 404) return 'ROUTE_NOT_FOUND';
  if (status === 403) return 'FORBIDDEN';
  if (status === 413) return 'BODY_TOO_LARGE';
  if (status === 415) return 'UNSUPPORTED_MEDIA_TYPE';
  return status >= 400 && status < 500 ? 'VALIDATION_FAILED' : 'INTERNAL';
};

const toAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (isMongoUnavailable(error)) return unavailable(RETRY_AFTER_SECONDS, error);
  const status = statusOf(error);
  // The router decodes nothing but path params.
  if (error instanceof URIError && status === 400) return new AppError('INVALID_ID', { cause: error });
  return new AppError(codeOfStatus(status), { cause: error });
};

const reasonOf = (cause: unknown): string | undefined => (cause instanceof Error ? cause.message : undefined);

const logFault = (logger: FaultLogger, error: AppError, req: Request, requestId: string): void => {
  const fields = { requestId, method: req.method, url: req.originalUrl };
  if (error.status === 503) logger.warn({ ...fields, cause: reasonOf(error.cause) }, 'unavailable');
  else if (error.status >= 500) logger.error({ ...fields, err: error.cause ?? error }, 'request failed');
};

const headersOf = (error: AppError): Record<string, string> => {
  const headers = { ...error.headers };
  if (error.status === 401) headers['WWW-Authenticate'] ??= 'Bearer';
  if (error.status === 503) headers['Retry-After'] ??= String(RETRY_AFTER_SECONDS);
  return headers;
};

const answer = ({ logger, metrics }: ErrorHandlerDeps, thrown: unknown, req: Request, res: Response): void => {
  const error = toAppError(thrown);
  const requestId = requestIdOf(res);
  metrics?.errorAnswered(error.code);
  logFault(logger, error, req, requestId);
  if (res.headersSent) {
    // Half an answer is out; only a broken connection tells the caller that the rest is missing.
    res.destroy();
    return;
  }
  for (const name of OF_THE_ANSWER) res.removeHeader(name);
  sendJson(res, error.status, errorBody(error, requestId), headersOf(error));
};

/**
 * The one place where an error becomes an answer, in the one shape that the API has for it. What is not one of the
 * API's own errors answers 500 and says nothing of its inside; the log has the rest. If answering fails too, a bare
 * 500 goes out, or the connection ends.
 */
export const createErrorHandler =
  (deps: ErrorHandlerDeps): ErrorRequestHandler =>
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express knows an error handler by its four parameters
  (thrown: unknown, req, res, _next) => {
    try {
      answer(deps, thrown, req, res);
    } catch {
      if (res.headersSent) res.destroy();
      else sendJson(res, 500, errorBody(new AppError('INTERNAL'), requestIdOf(res)));
    }
  };
