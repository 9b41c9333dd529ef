import { Router } from 'express';
import type { DashboardController } from '../controllers/dashboard.controller.js';

/** The dashboard at the root; what it shows it gets from the API, as any page would. */
export const createDashboardRoutes = ({ controller }: { controller: DashboardController }): Router => {
  const router = Router();
  router.get('/dashboard', controller.page);
  router.get('/dashboard/assets/:file', controller.asset);
  return router;
};
