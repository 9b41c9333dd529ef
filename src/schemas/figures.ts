import { z } from 'zod';
import { amount, time } from './common.js';

const milliseconds = z.number().min(0);

/** GET /figures: what one process has counted since it started, and what it knows of the queues behind it. */
export const figures = z
  .strictObject({
    at: time,
    process: z.strictObject({
      uptimeSeconds: z.number().min(0),
      residentBytes: amount,
      service: z.string().meta({ description: '`SERVICE`' }),
    }),
    purchases: z.strictObject({
      accepted: amount,
      replayed: amount.meta({ description: 'Repeats that got the first answer again' }),
      refused: z.record(z.string(), amount).meta({ description: 'By error code' }),
    }),
    latency: z
      .strictObject({
        boundsMs: z.array(milliseconds),
        counts: z.array(amount).meta({ description: 'One more than bounds: the last is of what took longer' }),
      })
      .meta({
        description: 'Purchases, those of drops too, by how long they took, refused ones included; each counted once',
      }),
    requests: z.strictObject({
      total: amount,
      errors: amount.meta({ description: 'Answered 5xx' }),
    }),
    cache: z.strictObject({ hits: amount, misses: amount, bypassed: amount }),
    queue: z
      .strictObject({ depth: amount, max: amount, oldestMs: milliseconds })
      .meta({ description: 'Stock commands that wait for a batch; `max` is `PURCHASE_QUEUE_MAX`' }),
    outbox: z
      .strictObject({ pending: amount, oldestMs: milliseconds })
      .nullable()
      .meta({ description: 'Null while that cannot be told, as are the two below' }),
    deadLetters: amount.nullable(),
    jobs: z.strictObject({ waiting: amount, running: amount, failed: amount }).nullable(),
  })
  .meta({ id: 'Figures' });
export type Figures = z.infer<typeof figures>;
