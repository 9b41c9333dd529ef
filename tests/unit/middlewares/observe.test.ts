import { EventEmitter } from 'node:events';
import express, { type Request, type Response } from 'express';
import { createObserve } from '../../../src/middlewares/observe.js';

interface Answer {
  url: string;
  headersSent: boolean;
  statusCode: number;
}

const observe = ({ url, headersSent, statusCode }: Answer) => {
  const lines: { level: string; line: string }[] = [];
  const calls: unknown[][] = [];
  const handler = createObserve({
    lines: {
      info: (line) => lines.push({ level: 'info', line }),
      error: (line) => lines.push({ level: 'error', line }),
    },
    addressOf: () => '::1',
    metrics: { requestStarted: () => calls.push(['started']), requestEnded: (...args) => calls.push(args) },
    router: () => express().router,
  });
  const req = { method: 'GET', originalUrl: url, headers: {} } as unknown as Request;
  const res = Object.assign(new EventEmitter(), { locals: { requestId: 'r-1' }, req, headersSent, statusCode });
  void handler(req, res as unknown as Response, () => calls.push(['next']));
  const before = [...calls];
  res.emit('close');
  return { lines, before, ended: calls.at(-1) };
};

describe('observe', () => {
  it('when a request starts, then it is counted and passed on; when it ends, it has its line and figure', () => {
    const { lines, before, ended } = observe({ url: '/a', headersSent: true, statusCode: 404 });
    expect(before).toEqual([['started'], ['next']]);
    expect(ended).toEqual(['GET', 'none', 404, expect.any(Number)]);
    expect(lines).toEqual([
      { level: 'info', line: expect.stringMatching(/^::1 GET \/a 404 [0-9.]+ ms r-1$/) as string },
    ]);
  });

  it('when we have failed, then the line is an error', () => {
    expect(observe({ url: '/a', headersSent: true, statusCode: 500 }).lines).toMatchObject([{ level: 'error' }]);
  });

  it('when the caller leaves before an answer, then there is no status', () => {
    const { lines, ended } = observe({ url: '/a', headersSent: false, statusCode: 200 });
    expect(ended).toEqual(['GET', 'none', 0, expect.any(Number)]);
    expect(lines[0]?.line).toMatch(/^::1 GET \/a - /);
  });

  it('when a URL carries control characters, then the line stays one line', () => {
    const { lines } = observe({ url: '/a\r\nFAKE\u0085\u2028\u001b[31m', headersSent: true, statusCode: 200 });
    expect(lines[0]?.line).toContain('/a\\r\\nFAKE\\u0085\\u2028\\u001b[31m 200');
  });

  it('when a URL is endless, then the line is not', () => {
    const { lines } = observe({ url: `/${'x'.repeat(15_000)}`, headersSent: true, statusCode: 200 });
    expect(lines[0]?.line.length).toBeLessThan(2200);
  });
});
