import { z } from 'zod';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const level = { id: sample.ids.product, stock: 97, reserved: 1, sold: 2, seq: 4, price: 4_900 };
const stream = `id: 827a1f\nevent: stock.changed\ndata: ${JSON.stringify(level)}\n\n`;

/** What an event comes as. */
const event = z
  .strictObject({
    id: z.string().optional().meta({ description: 'Its place in the stream, for `Last-Event-ID`' }),
    event: z.enum(['stock.changed', 'stock.low', 'stock.sold_out', 'stock.back_in_stock', 'product.removed', 'reset']),
    data: z
      .string()
      .meta({ description: 'JSON: `{ id, stock, reserved, sold, seq, price }`; of a removed product `{ id }`' }),
    retry: z.int().optional().meta({ description: 'Milliseconds to wait before coming back' }),
  })
  .meta({ id: 'StockEvent', description: 'One event of the stream, field by field' });

/** The stream of stock changes. */
export const eventOperations = {
  'GET /events': {
    ...{ id: 'followStock', tag: 'Events', summary: 'Follow changes of stock' },
    description:
      'Server-sent events, open to all: `stock.changed`, `stock.low`, `stock.sold_out`, `stock.back_in_stock`, `product.removed`, `reset`. A comment every 15 s keeps the connection.',
    headers: ['Last-Event-ID'],
    answers: [
      {
        ...{ status: 200, says: 'A stream that does not end' },
        content: { 'text/event-stream': { schema: event, example: stream } },
      },
    ],
  },
} as const satisfies Record<string, Operation>;
