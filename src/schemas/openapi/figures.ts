import { z } from 'zod';
import { dropBody } from '../drop.js';
import { figures } from '../figures.js';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const tag = 'Dashboard';
const started = { product: sample.product, buyers: 1_000, units: 97 };
const stream = `event: started\ndata: ${JSON.stringify(started)}\n\n`;

/** What an event of a drop comes as. */
const event = z
  .strictObject({
    event: z.enum(['started', 'progress', 'buyer', 'finished']),
    data: z.string().meta({
      description: [
        'JSON. `started`: `{ product, buyers, units }`.',
        '`buyer`: `[{ n, outcome, atMs, tookMs }]`, those who have been answered since the last one; `outcome` is `won` or an error code.',
        '`progress`: `{ atMs, stock, sold, refused, failed }`.',
        '`finished`: `{ won, refused, failed, soldOutMs, tookMs, latencyMs: { p50, p90, p99, max }, audit, cutShort }`;',
        '`soldOutMs` and `audit` may be null, `cutShort` is null, `deadline` or `stopping`.',
      ].join(' '),
    }),
  })
  .meta({ id: 'DropEvent', description: 'One event of the stream, field by field' });

/** What the dashboard asks for beside the business. */
export const figuresOperations = {
  'GET /figures': {
    ...{ id: 'getFigures', tag, summary: 'Show what this process counts' },
    description:
      'Counted since the process started: who looks again works out rates and percentiles from the differences. `outbox`, `deadLetters` and `jobs` may be two seconds old. `GET /metrics` has more, for Prometheus.',
    answers: [{ status: 200, says: 'The figures', data: figures, example: sample.figures }],
  },
  'POST /drops': {
    ...{ id: 'runDrop', tag, summary: 'Watch made-up buyers run for a demo product', body: dropBody },
    description:
      'Makes a product with the tag `demo`, sends it that many made-up customers, who want one unit each, and tells of them as server-sent events; then its ledger is audited. One at a time in a process. Who hangs up ends it; a minute does too.',
    bodies: { rush: { buyers: 1_000, units: 97, seconds: 0 }, least: { buyers: 50 } },
    answers: [
      {
        ...{ status: 200, says: 'What happens, while it does' },
        content: { 'text/event-stream': { schema: event, example: stream } },
      },
    ],
    refusals: ['DROP_RUNNING'],
  },
} as const satisfies Record<string, Operation>;
