import { z } from 'zod';
import { movementTypes } from '../utils/movement-types.js';
import { amount, currencyCode, id, time } from './common.js';
import { product } from './product.js';

/** A line of the ledger as the API shows it. */
export const movement = z
  .strictObject({
    id,
    productId: id,
    seq: z.int().min(1).meta({ description: 'Counts 1, 2, 3... per product, without a gap' }),
    type: z.enum(movementTypes),
    delta: z.int().meta({ description: 'The change of `stock`' }),
    stockAfter: amount.meta({ description: 'The running balance' }),
    reason: z.string().nullable(),
    reference: z.string().nullable(),
    actorId: id,
    createdAt: time,
  })
  .meta({ id: 'Movement' });
export type MovementView = z.infer<typeof movement>;

/** A purchase as the API shows it: the sale's line of the ledger, seen by its buyer. Money in minor units of `currency`. */
export const purchase = z
  .strictObject({
    id,
    productId: id,
    quantity: amount,
    unitPrice: amount,
    total: amount,
    currency: currencyCode,
    stockAfter: amount,
    createdAt: time,
  })
  .meta({ id: 'Purchase' });
export type PurchaseView = z.infer<typeof purchase>;

/** What POST /products/:id/stock has changed. */
export const stockChange = z.strictObject({ product, movement }).meta({ id: 'StockChange' });

/** What POST /stock/batch has changed, in the order of its lines; of each product its numbers alone. */
export const stockChanges = z
  .strictObject({
    changes: z.array(
      z.strictObject({
        product: product.pick({
          id: true,
          sku: true,
          stock: true,
          reserved: true,
          sold: true,
          version: true,
          seq: true,
        }),
        movement,
      }),
    ),
  })
  .meta({ id: 'StockChanges' });

/** What the ledger says of a product, worked out line by line, beside what the product says of itself. */
export const audit = z
  .strictObject({
    received: z.int().meta({
      description:
        'Units that ever came in: what was there at first, restocks and stocktakes, less what was written off',
    }),
    sold: z.int(),
    reserved: z.int(),
    stock: z.int(),
    lines: amount.meta({ description: 'How many lines the ledger has' }),
    consistent: z.boolean().meta({
      description: 'Whether the lines are gapless, each balance is right and the product agrees with their sum',
    }),
    faults: z.array(z.string()).max(10).meta({ description: 'What is wrong, for people' }),
  })
  .meta({ id: 'Audit' });
export type Audit = z.infer<typeof audit>;
