import type { Router } from 'express';
import { createDocsController } from '../controllers/docs.controller.js';
import { createDocsRoutes } from '../routes/docs.routes.js';
import { createDocument } from '../schemas/openapi/document.js';
import { routesOf } from '../utils/router-tree.js';

export interface DocsOptions {
  version: string;
  /** The routers under the API's base path: what this process serves is what its document tells of. */
  api: readonly Router[];
}

/** The document of the API and the page that shows it. */
export const wireDocs = ({ version, api }: DocsOptions): Router => {
  const served = new Set(api.flatMap(routesOf));
  const document = () => createDocument({ version, serves: (route) => served.has(route) });
  return createDocsRoutes({ controller: createDocsController({ document }) });
};
