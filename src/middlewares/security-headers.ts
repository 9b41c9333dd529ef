import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { carryHeaders, headerBlock } from '../utils/carried-headers.js';

export interface SecurityHeadersOptions {
  /** Whether the service stands behind TLS, as it does in production: only there may a host bind browsers to it (RFC 6797 section 7.2). */
  transportSecurity: boolean;
}

/** An answer of the API is data: whatever a browser takes it for, it loads nothing, sends nothing and stands in no frame. */
const nothing = ["'none'"];
const policy = { 'default-src': nothing, 'base-uri': nothing, 'form-action': nothing, 'frame-ancestors': nothing };

/** What helmet sets, names and values in turn; it sets the same for every request, so it is asked once. */
const helmetHeaders = ({ transportSecurity }: SecurityHeadersOptions): string[] => {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  const options = { contentSecurityPolicy: { useDefaults: false, directives: policy } };
  helmet(transportSecurity ? options : { ...options, strictTransportSecurity: false })(req, res, () => undefined);
  return Object.entries(res.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
};

/** Helmet's headers on every answer, with the strictest of policies. A page sets the policy that it needs itself. */
export const createSecurityHeaders = (options: SecurityHeadersOptions): RequestHandler => {
  const headers = headerBlock(helmetHeaders(options));
  return (_req, res, next) => {
    carryHeaders(res, headers);
    next();
  };
};
