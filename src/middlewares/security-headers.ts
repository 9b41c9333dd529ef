import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { carryHeaders, headerBlock } from '../utils/carried-headers.js';

export interface SecurityHeadersOptions {
  /** Outside production pages are read over plain http, which `upgrade-insecure-requests` would break. */
  upgradeInsecureRequests: boolean;
}

/** What helmet sets, names and values in turn; it sets the same for every request, so it is asked once. */
export const helmetHeaders = ({ upgradeInsecureRequests }: SecurityHeadersOptions): string[] => {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  const directives = upgradeInsecureRequests ? {} : { 'upgrade-insecure-requests': null };
  helmet({ contentSecurityPolicy: { directives } })(req, res, () => undefined);
  return Object.entries(res.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
};

/** Helmet's headers on every answer. A page that needs another policy sets that header itself. */
export const createSecurityHeaders = (options: SecurityHeadersOptions): RequestHandler => {
  const headers = headerBlock(helmetHeaders(options));
  return (_req, res, next) => {
    carryHeaders(res, headers);
    next();
  };
};
