import type { Request, RequestHandler, Response } from 'express';
import swaggerUi from 'swagger-ui-express';
import { etagOfText, notModified } from '../utils/entity-tags.js';
import { replyEmpty, replyRaw } from './reply.js';

export interface DocsControllerDeps {
  /** Makes the OpenAPI document of what this process serves. */
  document: () => object;
}

/** Of the page's own files those that it asks for; its package has a page of its own beside them, which looks elsewhere. */
const files = new Set([
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'swagger-ui-init.js',
  'favicon-16x16.png',
  'favicon-32x32.png',
]);

/** Nothing from elsewhere, and no script that stands in the page; its styles do. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const options = {
  customSiteTitle: 'Stockroom',
  // Seen from /docs/, so that the page works behind a prefix too.
  swaggerUrl: '../openapi.json',
  // The validator would be somebody else's service.
  swaggerOptions: { validatorUrl: null, docExpansion: 'list' },
};

const onlyFiles: RequestHandler = (req, _res, next) => {
  if (files.has(req.path.slice(1))) next();
  else next('router');
};

/** The document of the API, and a page to read it and to try it out. */
export const createDocsController = ({ document }: DocsControllerDeps) => {
  const html = swaggerUi.generateHTML(undefined, options).trimStart();
  let made: { text: string; headers: Readonly<Record<string, string>> } | undefined;

  /** Made when it is first asked for, as that takes some tens of milliseconds, which no other start needs to wait for. */
  const current = () => {
    const text = made?.text ?? JSON.stringify(document());
    return (made ??= { text, headers: { ETag: etagOfText(text), 'Cache-Control': 'no-cache' } });
  };

  return {
    openapi: (req: Request, res: Response): void => {
      const { text, headers } = current();
      if (notModified(req.headers['if-none-match'], headers['ETag'] ?? '')) replyEmpty(res, 304, headers);
      else replyRaw(res, 200, text, headers);
    },

    /** The page names its files relative to itself, so it has to end in a slash. */
    page: (req: Request, res: Response): void => {
      if (req.path.endsWith('/')) {
        res.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' }).type('html').send(html);
      } else {
        res.redirect(308, 'docs/');
      }
    },

    /** The page's files, to be mounted where it is. */
    files: [onlyFiles, ...swaggerUi.serveFiles(undefined, options)],
  };
};

export type DocsController = ReturnType<typeof createDocsController>;
