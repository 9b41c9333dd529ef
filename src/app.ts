import express, { type Express, type Router } from 'express';
import { createCors } from './middlewares/cors.js';
import { createErrorHandler, type ErrorMetrics, type FaultLogger } from './middlewares/error-handler.js';
import { createJsonBody } from './middlewares/json-body.js';
import { createNotFound, createOptions } from './middlewares/not-found.js';
import { createObserve, type HttpMetrics, type LineLogger } from './middlewares/observe.js';
import { createRequestId } from './middlewares/request-id.js';
import { createRequireHost } from './middlewares/require-host.js';
import { createSecurityHeaders } from './middlewares/security-headers.js';
import { createAddressOf } from './utils/client-address.js';
import { sequence } from './utils/sequence.js';

/** The largest body that is taken, unpacked. */
const BODY_LIMIT_BYTES = 100 * 1024;
/** A thousand changes with long reasons come to several hundred kilobytes. */
const LARGER_BODY_BYTES = { '/api/v1/stock/batch': 1024 * 1024 };

export interface AppDeps {
  logger: {
    info: LineLogger['info'];
    warn: FaultLogger['warn'];
    error: LineLogger['error'] & FaultLogger['error'];
  };
  /** Where the line of each request goes; the logger, unless there is a cheaper way. */
  lines?: LineLogger;
  metrics: HttpMetrics & ErrorMetrics;
  production: boolean;
  /** How many proxies in front of us are to be believed about the caller's address. */
  trustProxyHops: number;
  /** Origins whose pages may read answers; `*` for all, none for nobody. */
  corsOrigins: readonly string[];
  /** Routers at the root: health, metrics, documents, pages. */
  system: readonly Router[];
  /** Routers under `/api/v1`. */
  api: readonly Router[];
}

const createBareApp = ({ trustProxyHops }: AppDeps): Express => {
  const app = express();
  app.disable('etag');
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', trustProxyHops);
  return app;
};

/** The app: an ordered list of what a request passes. It opens nothing and listens to nothing; see `createFastServer`. */
export const createApp = (deps: AppDeps): Express => {
  const { logger, metrics } = deps;
  const app = createBareApp(deps);
  const router = () => app.router;

  app.use(
    sequence(
      createObserve({ lines: deps.lines ?? logger, addressOf: createAddressOf(deps.trustProxyHops), metrics, router }),
      createRequestId(),
      createSecurityHeaders({ transportSecurity: deps.production }),
      createCors(deps.corsOrigins),
      createRequireHost(),
      createOptions(router),
      createJsonBody({ limitBytes: BODY_LIMIT_BYTES, largerBytes: LARGER_BODY_BYTES }),
    ),
  );
  // The API first, under one prefix: a request is matched against every layer before its own.
  const api = express.Router();
  for (const routes of deps.api) api.use(routes);
  app.use('/api/v1', api);
  for (const routes of deps.system) app.use(routes);
  app.use(createNotFound(router));
  app.use(createErrorHandler({ logger, metrics }));
  return app;
};
