import type { Response } from 'express';

export type ReplyHeaders = Readonly<Record<string, string>>;

/** The one content type of the API. */
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Sends a body that is JSON already, in one `writeHead` and one `end`, so that head and body leave in one packet.
 * A flat list of headers is what Node sends without a look at each; headers that middlewares have set or carry
 * (see carried-headers.ts) are kept.
 */
export const sendJson = (res: Response, status: number, json: string, headers?: ReplyHeaders): void => {
  const flat = ['Content-Type', JSON_TYPE, 'Content-Length', String(Buffer.byteLength(json))];
  if (headers !== undefined) {
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) flat.push(name, value);
    }
  }
  res.writeHead(status, flat);
  res.end(json);
};
