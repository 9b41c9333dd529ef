import { isUtf8 } from 'node:buffer';
import express, { type NextFunction, type Request, type RequestHandler } from 'express';
import { AppError } from '../utils/errors.js';

export interface JsonBodyOptions {
  /** A body of more bytes than this, unpacked, is refused with 413. */
  limitBytes: number;
  /** Paths that take more, with their own limits in bytes. */
  largerBytes?: Readonly<Record<string, number>>;
}

const TYPES = ['application/json', 'application/merge-patch+json'];
const JSON_TYPE = /^application\/(?:json|merge-patch\+json)\s*(?:;|$)/i;
const PLAIN_JSON = /^application\/(?:json|merge-patch\+json)\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?$/i;
/** RFC 8259 section 8.1 asks for UTF-8; its siblings are read as well. UTF-7, which the parser would take too, hides what a text says. */
const UNREADABLE = /;\s*charset\s*=(?!\s*"?utf-(?:8|(?:16|32)(?:le|be)?)"?\s*(?:;|$))/i;
const BODYLESS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

const malformed = (cause?: unknown): AppError => new AppError('MALFORMED_JSON', { cause });

/** @throws AppError MALFORMED_JSON */
const parse = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw malformed();
  const text = bytes.toString('utf8');
  try {
    // RFC 8259 section 8.1: a byte order mark must not be sent and may be ignored.
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    throw malformed(error);
  }
};

const readPlain = (req: Request, limitBytes: number, next: NextFunction): void => {
  const chunks: Buffer[] = [];
  let length = 0;
  const stop = (error?: unknown): void => {
    // The stream keeps flowing: what is left of a refused body is dropped, and the connection serves the next request.
    req.off('data', onData).off('end', onEnd).off('error', onError);
    next(error);
  };
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > limitBytes) stop(new AppError('BODY_TOO_LARGE'));
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    try {
      const [first] = chunks;
      req.body = parse(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length));
    } catch (error) {
      stop(error);
      return;
    }
    stop();
  };
  // The caller has hung up in the middle: there is nobody to answer.
  const onError = (): void => undefined;
  req.on('data', onData).on('end', onEnd).on('error', onError);
};

/** body-parser's errors, in the codes of the contract: https://github.com/expressjs/body-parser#errors */
const translate = (error: unknown): unknown => {
  if (typeof error !== 'object' || error === null || !('status' in error)) return error;
  if (error.status === 413) return new AppError('BODY_TOO_LARGE', { cause: error });
  if (error.status === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', { cause: error });
  return error.status === 400 ? malformed(error) : error;
};

/** A parser with one limit; the caller has seen to it that there is a body. */
const createReader = (limitBytes: number): RequestHandler => {
  const readAnything: RequestHandler = express.json({ limit: limitBytes, type: TYPES, strict: false });
  return (req, res, next) => {
    const type = req.headers['content-type'] ?? '';
    if (!JSON_TYPE.test(type) || UNREADABLE.test(type)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
    if (Number(req.headers['content-length'] ?? 0) > limitBytes) throw new AppError('BODY_TOO_LARGE');
    const encoding = req.headers['content-encoding'];
    if ((encoding === undefined || encoding === 'identity') && PLAIN_JSON.test(type)) {
      readPlain(req, limitBytes, next);
    } else {
      readAnything(req, res, (error?: unknown) => next(translate(error)));
    }
  };
};

/**
 * Parses JSON bodies into `req.body`; a body of no bytes is left undefined, and the route's schema says whether that
 * will do. Plain UTF-8, which is nearly everything, is read here in a few microseconds; packed bodies and other
 * encodings go through `express.json`, under the same limit.
 */
export const createJsonBody = ({ limitBytes, largerBytes = {} }: JsonBodyOptions): RequestHandler => {
  const usual = createReader(limitBytes);
  const larger = new Map(Object.entries(largerBytes).map(([path, bytes]) => [path, createReader(bytes)]));
  return (req, res, next) => {
    if (BODYLESS.has(req.method) || !hasBody(req)) next();
    else (larger.get(req.path) ?? usual)(req, res, next);
  };
};
