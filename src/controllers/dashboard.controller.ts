import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { pageStyle } from '../services/report/page.js';
import { notModified } from '../utils/entity-tags.js';
import { AppError } from '../utils/errors.js';
import { replyEmpty } from './reply.js';

/** The smallest first. */
const encodings = ['br', 'gzip', 'identity'] as const;
type Encoding = (typeof encodings)[number];

/** A file in each form that it is sent in. */
export interface StaticFile extends Readonly<Record<Encoding, Buffer>> {
  type: string;
  tag: string;
}

export interface DashboardControllerDeps {
  /** The built page and its assets; undefined where nobody has built them. */
  files: { page: StaticFile; assets: ReadonlyMap<string, StaticFile> } | undefined;
}

/** A report that the page opens from its own memory is held to the page's policy; its one style sheet is let through by its hash. */
const reportStyle = `'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`;

/** Nothing from elsewhere; no script and no style that stands in the page. */
export const dashboardPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' ${reportStyle}`,
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const forPage = { 'Content-Security-Policy': dashboardPolicy, 'Cache-Control': 'no-cache' };
/** A year: another content has another name. */
const forAssets = { 'Cache-Control': 'public, max-age=31536000, immutable' };

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Stockroom: no dashboard</title></head>
<body><h1>The dashboard is not built</h1><p>Run <code>npm run build</code>, then start the service again.</p></body></html>
`;

const sendFile = (req: Request, res: Response, file: StaticFile, more: Readonly<Record<string, string>>): void => {
  // The smallest that the client takes at all: asked for several at once, Express goes by the client's order.
  const encoding = encodings.find((name) => req.acceptsEncodings(name) === name) ?? 'identity';
  const body = file[encoding];
  const etag = `"${file.tag}-${encoding}"`;
  const headers = { ...more, ETag: etag, Vary: 'Accept-Encoding' };
  if (notModified(req.headers['if-none-match'], etag)) {
    replyEmpty(res, 304, headers);
    return;
  }
  const encoded = encoding === 'identity' ? {} : { 'Content-Encoding': encoding };
  const all = { ...headers, ...encoded, 'Content-Type': file.type, 'Content-Length': String(body.length) };
  res.writeHead(200, Object.entries(all).flat());
  res.end(req.method === 'HEAD' ? undefined : body);
};

/** The dashboard's page, and the script and the style sheet that it asks for. */
export const createDashboardController = ({ files }: DashboardControllerDeps) => ({
  /** The page names its assets relative to itself, so it must not end in a slash. */
  page: (req: Request, res: Response): void => {
    if (req.path.endsWith('/')) res.redirect(308, '../dashboard');
    else if (files !== undefined) sendFile(req, res, files.page, forPage);
    else res.status(503).set({ 'Cache-Control': 'no-store', 'Retry-After': '60' }).type('html').send(notBuilt);
  },

  /** @throws AppError ROUTE_NOT_FOUND */
  asset: (req: Request<{ file: string }>, res: Response): void => {
    const file = files?.assets.get(req.params.file);
    if (file === undefined) throw new AppError('ROUTE_NOT_FOUND');
    sendFile(req, res, file, forAssets);
  },
});

export type DashboardController = ReturnType<typeof createDashboardController>;
