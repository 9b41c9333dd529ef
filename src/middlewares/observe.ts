import type { IRouter, Request, RequestHandler, Response } from 'express';
import { requestIdOf } from '../utils/http-locals.js';
import { redactQuery } from '../utils/redact.js';
import { routePatterns } from '../utils/router-tree.js';

export interface LineLogger {
  info: (line: string) => void;
  error: (line: string) => void;
}

/** Where the figures of finished requests go. */
export interface HttpMetrics {
  requestStarted: () => void;
  /** `route` is the pattern (`/api/v1/products/:id`), `status` 0 when the caller left before an answer. */
  requestEnded: (method: string, route: string, status: number, seconds: number) => void;
}

export interface ObserveDeps {
  lines: LineLogger;
  /** Who is asking, as the line says it. */
  addressOf: (req: Request) => string | undefined;
  metrics: HttpMetrics;
  /** Asked for when requests come, because its routes are added later. */
  router: () => IRouter;
}

/** A URL may be 16 kB long; a line need not. */
const URL_MAX = 2048;
/** What nearly every URL is made of; such a one goes into the line as it is. */
const PLAIN = /^[\x21\x23-\x5b\x5d-\x7e]*$/;
/** JSON's own escapes leave these, some of which end a line for whoever reads it. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029]/g;

const escaped = (text: string): string =>
  PLAIN.test(text)
    ? text
    : JSON.stringify(text)
        .slice(1, -1)
        .replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

interface Locals {
  startedAt: number;
  endedAt: number;
}

const secondsOf = (res: Response): number => {
  const { startedAt, endedAt } = res.locals as unknown as Locals;
  return (endedAt - startedAt) / 1000;
};

/** `address method URL status milliseconds ms id`, whatever a client has put into its URL on one line. */
const lineOf = (address: string | undefined, req: Request, res: Response, status: number): string => {
  const url = escaped(redactQuery(req.originalUrl.slice(0, URL_MAX)));
  const ms = (secondsOf(res) * 1000).toFixed(3);
  return `${address ?? '-'} ${req.method} ${url} ${status === 0 ? '-' : status} ${ms} ms ${requestIdOf(res)}`;
};

/**
 * The pattern that a request was routed by, looked up by its route: there are only as many as the app has, and what
 * a failed request's URL has been changed to does not matter.
 */
const createPatterns = (router: () => IRouter) => {
  let known = new Map<object, string>();
  return (req: Request): string => {
    const route = req.route as object | undefined;
    if (route === undefined) return 'none';
    const pattern = known.get(route);
    if (pattern !== undefined) return pattern;
    known = routePatterns(router());
    return known.get(route) ?? 'none';
  };
};

/**
 * The one hook that looks at every request: when its answer has left, or its caller has, it writes the log line
 * and counts it.
 */
export const createObserve = ({ lines, addressOf, metrics, router }: ObserveDeps): RequestHandler => {
  const patternOf = createPatterns(router);

  function onClose(this: Response): void {
    const { req } = this;
    const status = this.headersSent ? this.statusCode : 0;
    (this.locals as unknown as Locals).endedAt = performance.now();
    metrics.requestEnded(req.method, patternOf(req), status, secondsOf(this));
    const line = lineOf(addressOf(req), req, this, status);
    if (status >= 500) lines.error(line);
    else lines.info(line);
  }

  return (_req, res, next) => {
    (res.locals as unknown as Locals).startedAt = performance.now();
    metrics.requestStarted();
    res.on('close', onClose);
    next();
  };
};
