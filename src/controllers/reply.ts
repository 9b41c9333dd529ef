import type { Response } from 'express';

export type ReplyHeaders = Readonly<Record<string, string>>;

/** The one content type of the API. */
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Sends a body that is JSON already, in one `writeHead` and one `end`, so that head and body leave in one packet.
 * A flat list of headers is what Node sends without a look at each; headers that middlewares have set or carry
 * (see utils/carried-headers.ts) are kept.
 */
export const replyRaw = (res: Response, status: number, json: string, headers?: ReplyHeaders): void => {
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

/** Answers with the envelope of the API: `{ status_code, message, data, meta? }`. */
export const reply = (
  res: Response,
  status: number,
  message: string,
  data: unknown,
  meta?: object,
  headers?: ReplyHeaders,
): void => replyRaw(res, status, JSON.stringify({ status_code: status, message, data: data ?? null, meta }), headers);

/** An answer without a body: 204, or 304 with its validators. */
export const replyEmpty = (res: Response, status: 204 | 304, headers: ReplyHeaders = {}): void => {
  res.writeHead(status, Object.entries(headers).flat());
  res.end();
};
