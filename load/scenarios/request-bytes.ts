import type { Step } from './journeys.js';

/** A step as the bytes of an HTTP/1.1 request. */
export const requestBytes = (host: string, { method, path, token, body, key }: Step): Buffer => {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [
    `${method} /api/v1${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: keep-alive',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(key === undefined ? [] : [`Idempotency-Key: ${key}`]),
    ...(text === '' ? [] : ['Content-Type: application/json', `Content-Length: ${String(Buffer.byteLength(text))}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
};
