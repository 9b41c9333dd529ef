import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody } from './error-body.js';
import { AppError } from './errors.js';
import { newId } from './uuid.js';

/** The parser's codes: https://nodejs.org/docs/latest-v20.x/api/http.html#event-clienterror */
const errorOf = (code: string | undefined): AppError => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError('HEADERS_TOO_LARGE');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('REQUEST_TIMEOUT');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new AppError('BODY_TOO_LARGE');
    default:
      return new AppError('VALIDATION_FAILED', { details: [{ path: '', message: 'is not an HTTP request' }] });
  }
};

const answer = (socket: Duplex, error: AppError): void => {
  const requestId = newId();
  const json = errorBody(error, requestId);
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    'Cache-Control: no-store',
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(json)}`,
    `X-Request-Id: ${requestId}`,
    ...Object.entries(error.headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${json}`);
};

/**
 * What did not even become a request gets the error shape of the API all the same, as long as a reply can still be
 * told from one that is under way on the same connection.
 */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  const { _httpMessage: underWay } = socket as Duplex & { _httpMessage?: ServerResponse | null };
  if (!socket.writable || error.code === 'ECONNRESET' || underWay?.headersSent === true) {
    socket.destroy();
    return;
  }
  answer(socket, errorOf(error.code));
};

/** We are no proxy: CONNECT never reaches Express, and Node would hang up without a word. */
export const refuseConnect = (_req: IncomingMessage, socket: Duplex): void => {
  socket.on('error', () => socket.destroy());
  answer(socket, new AppError('METHOD_NOT_ALLOWED', { headers: { Allow: 'GET, HEAD, POST, PATCH, DELETE, OPTIONS' } }));
};
