import type { Response } from 'express';
import { endWith } from './carried-headers.js';

export type ReplyHeaders = Readonly<Record<string, string>>;

/** The one content type of the API. */
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Sends a body that is JSON already, in one `writeHead` and one `end`, so that head and body leave in one packet.
 * A flat list of headers is what Node sends without a look at each; headers that middlewares have set or carry
 * (see carried-headers.ts) are kept. Unless `headers` say otherwise nobody may keep the answer: it may be personal, and even
 * a 404 is kept by some (RFC 9111 section 4.2.2).
 */
export const sendJson = (
  res: Response,
  status: number,
  json: string,
  headers?: ReplyHeaders,
  bytes: number = Buffer.byteLength(json),
): void => {
  const flat = ['Content-Type', JSON_TYPE, 'Content-Length', String(bytes)];
  let mayBeKept = false;
  if (headers !== undefined) {
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined) continue;
      flat.push(name, value);
      if (name === 'Cache-Control') mayBeKept = true;
    }
  }
  if (!mayBeKept) flat.push('Cache-Control', 'no-store');
  res.writeHead(status, flat);
  endWith(res, json, bytes);
};
