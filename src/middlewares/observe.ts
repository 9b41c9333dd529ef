import type { IRouter, Request, RequestHandler, Response } from 'express';
import morgan from 'morgan';
import { requestIdOf } from '../utils/http-locals.js';
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
  logger: LineLogger;
  metrics: HttpMetrics;
  /** Asked for when requests come, because its routes are added later. */
  router: () => IRouter;
}

const LINE = ':remote-addr :method :url :status :response-time ms :request-id';
/** A URL may be 16 kB long; a line need not. */
const URL_MAX = 2048;

interface Locals {
  startedAt: number;
  endedAt: number;
}

const secondsOf = (res: Response): number => {
  const { startedAt, endedAt } = res.locals as unknown as Locals;
  return (endedAt - startedAt) / 1000;
};

/**
 * Morgan's compiled line over morgan's own tokens, which escape line breaks and control characters. The middleware
 * itself is left out: its hooks into every response cost more than all of Express's routing.
 */
const createLine = () => {
  const compiled = morgan.compile(LINE) as unknown as (tokens: object, req: Request, res: Response) => string;
  const { url } = morgan as unknown as { url: morgan.TokenCallbackFn<Request, Response> };
  const tokens: object = Object.assign(Object.create(morgan) as object, {
    url: (req: Request, res: Response) => url(req, res)?.slice(0, URL_MAX),
    'response-time': (_req: Request, res: Response) => (secondsOf(res) * 1000).toFixed(3),
    'request-id': (_req: Request, res: Response) => requestIdOf(res),
  });
  return (req: Request, res: Response): string => compiled(tokens, req, res);
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
export const createObserve = ({ logger, metrics, router }: ObserveDeps): RequestHandler => {
  const line = createLine();
  const patternOf = createPatterns(router);

  function onClose(this: Response): void {
    const { req } = this;
    const status = this.headersSent ? this.statusCode : 0;
    (this.locals as unknown as Locals).endedAt = performance.now();
    metrics.requestEnded(req.method, patternOf(req), status, secondsOf(this));
    if (status >= 500) logger.error(line(req, this));
    else logger.info(line(req, this));
  }

  return (_req, res, next) => {
    (res.locals as unknown as Locals).startedAt = performance.now();
    metrics.requestStarted();
    res.on('close', onClose);
    next();
  };
};
