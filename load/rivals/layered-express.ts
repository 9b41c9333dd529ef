import { Router } from 'express';
import { createApp } from '../../src/app.js';
import { createLogger } from '../../src/config/logger.js';
import { createMetrics } from '../../src/services/metrics.service.js';
import { createFastServer } from '../../src/utils/fast-server.js';
import { sendJson } from '../../src/utils/send-json.js';
import { constantPath, productJson } from './constants.js';
import { listen } from './listen.js';

/** The service's whole HTTP layer (ids, headers, log line, figures) around the constant: what a request costs before any work. */
const main = (): void => {
  const { logger, lines, close } = createLogger('info');
  const routes = Router().get(constantPath, (_req, res) => sendJson(res, 200, productJson));
  const app = createApp({
    logger,
    lines,
    metrics: createMetrics().http,
    production: true,
    trustProxyHops: 0,
    corsOrigins: [],
    system: [routes],
    api: [],
  });
  listen(createFastServer(app), () => {
    close();
    return Promise.resolve();
  });
};

main();
