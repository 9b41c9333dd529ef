import type { Response } from 'express';
import { envelope } from '../utils/envelope.js';
import { sendJson, type ReplyHeaders } from '../utils/send-json.js';

export type { ReplyHeaders } from '../utils/send-json.js';

/**
 * Answers with a body that is JSON already, such as an entry of the cache.
 * @param bytes its length, where that is known already
 */
export const replyRaw = (res: Response, status: number, json: string, headers?: ReplyHeaders, bytes?: number): void =>
  sendJson(res, status, json, headers, bytes);

/** Answers with the envelope of the API: `{ status_code, message, data, meta? }`. */
export const reply = (
  res: Response,
  status: number,
  message: string,
  data: unknown,
  meta?: object,
  headers?: ReplyHeaders,
): void => sendJson(res, status, envelope(status, message, data, meta), headers);

/** An answer without a body: 204, or 304 with its validators. */
export const replyEmpty = (res: Response, status: 204 | 304, headers: ReplyHeaders = {}): void => {
  const kept = status === 304 || 'Cache-Control' in headers ? headers : { ...headers, 'Cache-Control': 'no-store' };
  res.writeHead(status, Object.entries(kept).flat());
  res.end();
};
