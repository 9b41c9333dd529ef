import { z } from 'zod';
import { liveness, readiness } from '../health.js';
import type { Operation } from './operation.js';

const tag = 'Operation';

/** What operators and their tools ask, beside the API. */
export const systemOperations = {
  'GET /healthz': {
    ...{ id: 'isAlive', tag, summary: 'Whether the process lives' },
    answers: [{ status: 200, says: 'It does', data: liveness, example: { state: 'alive' } }],
  },
  'GET /readyz': {
    ...{ id: 'isReady', tag, summary: 'Whether the process should be sent work' },
    description: 'Says each dependency’s state, in a refusal’s `details` too.',
    answers: [
      {
        ...{ status: 200, says: 'It should', data: readiness },
        example: { state: 'ready', dependencies: { mongodb: { state: 'up', required: true } } },
      },
    ],
    refusals: ['UNAVAILABLE'],
  },
  'GET /metrics': {
    ...{ id: 'getMetrics', tag, summary: 'Figures for Prometheus' },
    description: 'With `METRICS_TOKEN` set, it asks for that token.',
    answers: [
      {
        ...{ status: 200, says: 'Every figure' },
        content: { 'text/plain': { schema: z.string(), example: '# TYPE process_cpu_seconds_total counter\n' } },
      },
    ],
    refusals: ['UNAUTHENTICATED'],
  },
  'GET /openapi.json': {
    ...{ id: 'getDocument', tag, summary: 'This document', headers: ['If-None-Match'] },
    answers: [
      {
        ...{ status: 200, says: 'OpenAPI 3.1, of what this process serves', headers: ['ETag'] },
        content: { 'application/json': { schema: z.record(z.string(), z.unknown()), example: { openapi: '3.1.0' } } },
      },
      { status: 304, says: 'Your copy is good', headers: ['ETag'] },
    ],
  },
} as const satisfies Record<string, Operation>;
