import { Router } from 'express';
import type { DocsController } from '../controllers/docs.controller.js';

/** The document of the API and the page that shows it, at the root. */
export const createDocsRoutes = ({ controller }: { controller: DocsController }): Router => {
  const router = Router();
  router.get('/openapi.json', controller.openapi);
  router.get('/docs', controller.page);
  router.use('/docs', ...controller.files);
  return router;
};
