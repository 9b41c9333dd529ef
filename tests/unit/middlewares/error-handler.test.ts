import { EventEmitter } from 'node:events';
import type { NextFunction, Request, Response } from 'express';
import { createErrorHandler } from '../../../src/middlewares/error-handler.js';
import { AppError } from '../../../src/utils/errors.js';
import { createFakeLogger } from '../../helpers/http-app.js';

interface Body {
  status_code: number;
  message: string;
  error: { code: string; details?: unknown; requestId: string };
}

class FakeResponse extends EventEmitter {
  locals = { requestId: 'req-1' };
  headersSent = false;
  destroyed = false;
  status = 0;
  headers: string[] = [];
  body = '';
  writeHead(status: number, headers: string[]): void {
    this.status = status;
    this.headers = headers;
  }
  end(body: string): void {
    this.body = body;
  }
  removeHeader(): void {
    this.headers = [];
  }
  destroy(): void {
    this.destroyed = true;
  }
}

const req = { method: 'GET', originalUrl: '/x' } as unknown as Request;
const next: NextFunction = () => undefined;

const handle = (error: unknown, res = new FakeResponse()) => {
  const { entries, logger } = createFakeLogger();
  void createErrorHandler({ logger })(error, req, res as unknown as Response, next);
  const header = (name: string) => res.headers[res.headers.indexOf(name) + 1];
  return { res, entries, header, body: (res.body === '' ? undefined : JSON.parse(res.body)) as Body };
};

describe('error handler', () => {
  it('when an error of ours is thrown, then code, status, details and headers are those it carries', () => {
    const error = new AppError('INSUFFICIENT_STOCK', {
      details: { requested: 2, available: 1 },
      headers: { 'X-A': '1' },
    });
    const { body, res, header, entries } = handle(error);
    expect(res.status).toBe(409);
    expect(body).toEqual({
      status_code: 409,
      message: error.message,
      error: { code: 'INSUFFICIENT_STOCK', details: { requested: 2, available: 1 }, requestId: 'req-1' },
    });
    expect(header('X-A')).toBe('1');
    expect(entries).toEqual([]);
  });

  it('when an unknown error is thrown, then 500 says nothing of it and the log says all', () => {
    const error = new Error('password is hunter2');
    const { body, res, entries } = handle(error);
    expect(body.error).toEqual({ code: 'INTERNAL', requestId: 'req-1' });
    expect(res.body).not.toContain('hunter2');
    expect(entries).toMatchObject([{ level: 'error', args: [{ err: error, requestId: 'req-1' }, 'request failed'] }]);
  });

  it.each([['text'], [undefined], [null], [42]])('when %j is thrown, then 500', (thrown) => {
    expect(handle(thrown).body.error.code).toBe('INTERNAL');
  });

  it('when nobody has signed in, then the scheme is named', () => {
    expect(handle(new AppError('TOKEN_EXPIRED')).header('WWW-Authenticate')).toBe('Bearer');
  });

  it('when the database is away, then 503 with Retry-After', () => {
    const { res, header, body, entries } = handle(
      Object.assign(new Error('no primary'), { name: 'MongoNetworkError' }),
    );
    expect([res.status, body.error.code, header('Retry-After')]).toEqual([503, 'UNAVAILABLE', '1']);
    expect(res.body).not.toContain('no primary');
    expect(entries).toMatchObject([{ level: 'warn', args: [{ cause: 'no primary' }, 'unavailable'] }]);
  });

  it.each([
    [404, 'ROUTE_NOT_FOUND', 404],
    [403, 'FORBIDDEN', 403],
    [413, 'BODY_TOO_LARGE', 413],
    [415, 'UNSUPPORTED_MEDIA_TYPE', 415],
    [416, 'VALIDATION_FAILED', 400],
    [502, 'INTERNAL', 500],
  ])('when a library refuses with %i, then the code is %s', (status, code, answered) => {
    const { body, res } = handle(Object.assign(new Error('x'), { status }));
    expect([body.error.code, res.status]).toEqual([code, answered]);
  });

  it('when the head of the answer has left, then the connection ends and nothing is written', () => {
    const res = new FakeResponse();
    res.headersSent = true;
    handle(new Error('late'), res);
    expect([res.destroyed, res.body]).toEqual([true, '']);
  });

  it('when the details cannot be written as JSON, then a bare 500 goes out', () => {
    const { body } = handle(new AppError('NOT_FOUND', { details: { big: 1n } }));
    expect(body.error).toEqual({ code: 'INTERNAL', requestId: 'req-1' });
  });

  it('when the logger throws, then the caller is answered all the same', () => {
    const res = new FakeResponse();
    const fail = (): never => {
      throw new Error('disk full');
    };
    void createErrorHandler({ logger: { error: fail, warn: fail } })(
      new Error('x'),
      req,
      res as unknown as Response,
      next,
    );
    expect(res.status).toBe(500);
  });

  it('when errors are answered, then the code of each is counted, whatever it was thrown as', () => {
    const codes: string[] = [];
    const { logger } = createFakeLogger();
    const handler = createErrorHandler({ logger, metrics: { errorAnswered: (code) => codes.push(code) } });
    for (const error of [
      new AppError('LIMIT_REACHED'),
      new Error('x'),
      Object.assign(new Error('x'), { status: 404 }),
    ]) {
      void handler(error, req, new FakeResponse() as unknown as Response, next);
    }
    expect(codes).toEqual(['LIMIT_REACHED', 'INTERNAL', 'ROUTE_NOT_FOUND']);
  });
});
