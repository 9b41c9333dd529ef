import { z } from 'zod';
import { amount, lineOf } from './common.js';
import { audit } from './ledger.js';
import { product } from './product.js';

/** POST /drops */
export const dropBody = z.strictObject({
  buyers: z.int().min(1).max(1_000).meta({ description: 'Made-up customers, who want one unit each' }),
  units: z.int().min(1).max(100_000).default(100),
  seconds: z.number().min(0).max(30).default(3).meta({ description: 'Over which they come; 0: all at once' }),
  name: lineOf(200).optional().meta({ description: 'Of the demo product' }),
});
export type DropWish = z.infer<typeof dropBody>;

const milliseconds = z.number().min(0);
const since = milliseconds.meta({ description: 'Milliseconds since the first could come' });

/** What became of one buyer: `won`, or the code of the refusal or fault. */
export const dropBuyer = z.strictObject({
  n: z.int().min(1),
  outcome: z.string(),
  atMs: since,
  tookMs: milliseconds,
});
export type DropBuyer = z.infer<typeof dropBuyer>;

const counts = { won: amount, refused: amount, failed: amount };

/** What each event of a drop's stream carries. */
export const dropEvents = {
  started: z.strictObject({ product, buyers: amount, units: amount }),
  progress: z.strictObject({ atMs: since, stock: amount, sold: amount, refused: amount, failed: amount }),
  buyer: z.array(dropBuyer),
  finished: z.strictObject({
    ...counts,
    soldOutMs: since.nullable(),
    tookMs: milliseconds,
    latencyMs: z.strictObject({ p50: milliseconds, p90: milliseconds, p99: milliseconds, max: milliseconds }),
    audit: audit.nullable().meta({ description: 'Null where it could not be made' }),
    cutShort: z
      .enum(['deadline', 'stopping'])
      .nullable()
      .meta({ description: 'Why not all buyers came: a minute was over, or the service stops' }),
  }),
} as const;

export type DropEventName = keyof typeof dropEvents;
export type DropEventData<N extends DropEventName> = z.infer<(typeof dropEvents)[N]>;
/** An event of a drop, told apart by `event`. */
export type DropEvent = { [N in DropEventName]: { event: N; data: DropEventData<N> } }[DropEventName];
