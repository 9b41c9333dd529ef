import type { Request, Response } from 'express';
import request from 'supertest';
import { createHealthController, type HealthCheck, type Phase } from '../../src/controllers/health.controller.js';
import { createMetricsController } from '../../src/controllers/metrics.controller.js';
import { createSystemRoutes } from '../../src/routes/system.routes.js';
import { createMetrics } from '../../src/services/metrics.service.js';
import { listeningApp } from '../helpers/http-app.js';

interface Setup {
  phase?: Phase;
  checks?: HealthCheck[];
  token?: string;
}

const check = (name: string, required: boolean, answer: () => Promise<unknown>): HealthCheck => ({
  name,
  required,
  check: answer,
});
const up = () => Promise.resolve();
const down = () => Promise.reject(new Error('secret address refused'));
const never = () => new Promise(() => undefined);

describe('system routes', () => {
  let close = (): Promise<void> => Promise.resolve();
  afterEach(() => close());

  const start = async ({ phase = 'ready', checks = [], token }: Setup = {}) => {
    const metrics = createMetrics();
    const health = createHealthController({ phase: () => phase, checks, deadlineMs: 50 });
    const routes = createSystemRoutes({ health, metrics: createMetricsController({ metrics, token }) });
    const app = await listeningApp([], { system: [routes], metrics: metrics.http });
    close = app.close;
    return request(app.server);
  };

  it('when the process lives, then healthz says so, whatever else is down', async () => {
    const api = await start({ phase: 'stopping', checks: [check('mongo', true, down)] });
    expect((await api.get('/healthz').expect(200)).body).toMatchObject({ data: { state: 'alive' } });
  });

  it('when all answer, then readyz lists each', async () => {
    const api = await start({ checks: [check('mongo', true, up), check('redis', false, up)] });
    expect((await api.get('/readyz').expect(200)).body).toMatchObject({
      data: {
        state: 'ready',
        dependencies: { mongo: { state: 'up', required: true }, redis: { state: 'up', required: false } },
      },
    });
  });

  it('when something optional is down, then readyz is ready and names it', async () => {
    const api = await start({ checks: [check('mongo', true, up), check('redis', false, down)] });
    const res = await api.get('/readyz').expect(200);
    expect(res.body).toMatchObject({ data: { dependencies: { redis: { state: 'down' } } } });
    expect(res.text).not.toContain('secret');
  });

  it.each([
    ['down', down],
    ['silent', never],
    [
      'throwing at once',
      () => {
        throw new Error('x');
      },
    ],
  ])('when the database is %s, then readyz answers 503 in the error shape', async (_what, answer) => {
    const api = await start({ checks: [check('mongo', true, answer)] });
    const res = await api.get('/readyz').expect(503);
    expect(res.headers['retry-after']).toBe('1');
    expect(res.body).toMatchObject({
      status_code: 503,
      error: { code: 'UNAVAILABLE', details: { dependencies: { mongo: { state: 'down', required: true } } } },
    });
  });

  it.each<Phase>(['starting', 'stopping'])('when the process is %s, then readyz answers 503', async (phase) => {
    const res = await (await start({ phase, checks: [check('mongo', true, up)] })).get('/readyz').expect(503);
    expect(res.body).toMatchObject({ error: { details: { state: phase } } });
  });

  it('when many probes come at once, then a dependency is asked once, and again by the next', async () => {
    let asked = 0;
    const ask = () => Promise.resolve(++asked);
    const res = { writeHead: () => undefined, end: () => undefined } as unknown as Response;
    const req = {} as unknown as Request;
    const checks = [check('mongo', true, ask)];
    const { ready } = createHealthController({ phase: () => 'ready', checks, deadlineMs: 1000 });
    await Promise.all([ready(req, res), ready(req, res), ready(req, res)]);
    expect(asked).toBe(1);
    await ready(req, res);
    expect(asked).toBe(2);
  });

  it('when requests have been served, then metrics count them by method, pattern and class', async () => {
    const api = await start();
    await api.get('/healthz');
    await api.get('/nope');
    const res = await api.get('/metrics').expect(200);
    expect(res.headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
    expect(res.text).toContain('http_request_duration_seconds_count{method="GET",route="/healthz",status="2xx"} 1');
    expect(res.text).toContain('http_request_duration_seconds_count{method="GET",route="none",status="4xx"} 1');
    expect(res.text).toContain('http_requests_in_flight 1');
    expect(res.text).toContain('process_cpu_seconds_total');
  });

  it.each([
    ['no token', undefined, 401],
    ['another token', 'Bearer other-token', 401],
    ['the token in another scheme', 'Basic the-token', 401],
    ['the token', 'Bearer the-token', 200],
  ])(
    'when metrics have a token and %s is sent, then it is answered (%s) with %i',
    async (_what, authorization, status) => {
      const asked = (await start({ token: 'the-token' })).get('/metrics');
      const res = await (authorization === undefined ? asked : asked.set('Authorization', authorization));
      expect(res.status).toBe(status);
      if (status === 401) expect(res.headers['www-authenticate']).toBe('Bearer');
    },
  );
});
