import type { Request, RequestHandler, Response } from 'express';
import morgan from 'morgan';
import { requestIdOf } from '../utils/http-locals.js';

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
}

const LINE = ':remote-addr :method :url :status :response-time ms :request-id';
/** A URL may be 16 kB long; a line need not. */
const URL_MAX = 2048;
const ID_IN_PATH = /[0-9a-f]{8}-[0-9a-f-]{27}/gi;

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

interface MatchedRoute {
  path: unknown;
}

/**
 * The pattern that a request was routed by. Kept per route, so that there are only as many as the app has; ids that
 * the mount path of a router may hold are named, not listed.
 */
const createPatterns = () => {
  const known = new WeakMap<MatchedRoute, string>();
  return (req: Request): string => {
    const route = req.route as MatchedRoute | undefined;
    if (route === undefined) return 'none';
    const before = known.get(route);
    if (before !== undefined) return before;
    const pattern = req.baseUrl.replace(ID_IN_PATH, ':id') + String(route.path);
    known.set(route, pattern);
    return pattern;
  };
};

/**
 * The one hook that looks at every request: when its answer has left, or its caller has, it writes the log line
 * and counts it.
 */
export const createObserve = ({ logger, metrics }: ObserveDeps): RequestHandler => {
  const line = createLine();
  const patternOf = createPatterns();

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
