import { Router } from 'express';
import type { HealthController } from '../controllers/health.controller.js';
import type { MetricsController } from '../controllers/metrics.controller.js';

export interface SystemRoutesDeps {
  health: HealthController;
  metrics: MetricsController;
}

/** What operators and their tools ask, beside the API. */
export const createSystemRoutes = ({ health, metrics }: SystemRoutesDeps): Router => {
  const router = Router();
  router.get('/healthz', health.live);
  router.get('/readyz', health.ready);
  router.get('/metrics', metrics.scrape);
  return router;
};
