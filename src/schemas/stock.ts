import { z } from 'zod';
import { movementTypes } from '../utils/movement-types.js';
import { idParam, lineOf, pageQuery } from './common.js';

const amountMax = 1_000_000_000;
const quantityMax = 1_000_000;

const quantity = z.int().min(1).max(quantityMax);
const price = z.int().min(0).max(amountMax);
const delta = z
  .int()
  .min(-amountMax)
  .max(amountMax)
  .refine((value) => value !== 0, 'must not be 0')
  .meta({ not: { const: 0 } });
/** Text that people read in the ledger. */
const note = lineOf(200);

/** POST /products/:id/purchase; `price` is the price in minor units that the buyer expects. */
export const purchaseBody = z.strictObject({ quantity: quantity.default(1), price: price.optional() }).prefault({});
export type PurchaseInput = z.infer<typeof purchaseBody>;

const ttlSeconds = z.int().min(1).max(86_400);

/** POST /products/:id/reservations */
export const reserveBody = z.strictObject({ quantity, ttlSeconds: ttlSeconds.default(600) });
export type ReserveInput = z.infer<typeof reserveBody>;

/** PATCH /reservations/:id: its time begins anew. */
export const extendBody = z.strictObject({ ttlSeconds });
export type ExtendInput = z.infer<typeof extendBody>;

const adjustment = z.strictObject({ delta, reason: note, reference: note.optional() });

/** What goes together is looked at even where another field is faulty, so that every fault is named at once. */
const isBody = ({ value }: { value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** POST /products/:id/stock: a change by `delta`, or a stocktake that finds `count` where `expectedStock` was thought to be. */
export const stockBody = z
  .strictObject({
    delta: delta.optional(),
    count: z.int().min(0).max(amountMax).optional(),
    expectedStock: z.int().min(0).max(amountMax).optional(),
    reason: note,
    reference: note.optional(),
  })
  .refine(({ delta: change, count }) => change !== undefined || count !== undefined, {
    path: ['delta'],
    message: 'is missing: give delta or count',
    when: isBody,
  })
  .refine(({ delta: change, count }) => change === undefined || count === undefined, {
    path: ['count'],
    message: 'goes without delta',
    when: isBody,
  })
  .refine(({ delta: change, expectedStock }) => change === undefined || expectedStock === undefined, {
    path: ['expectedStock'],
    message: 'goes with count only',
    when: isBody,
  })
  .meta({
    oneOf: [
      { required: ['delta'], properties: { count: false, expectedStock: false } },
      { required: ['count'], properties: { delta: false } },
    ],
  });
export type StockInput = z.infer<typeof stockBody>;

/** POST /stock/batch: all changes or none. */
export const stockBatchBody = z.strictObject({
  changes: z
    .array(adjustment.extend({ productId: idParam }))
    .min(1)
    .max(1000),
});
export type StockBatchInput = z.infer<typeof stockBatchBody>;

/** GET /products/:id/movements */
export const movementsQuery = pageQuery.extend({ type: z.enum(movementTypes).optional() });
export type MovementsQuery = z.infer<typeof movementsQuery>;
