import { z } from 'zod';
import { errorStatus, type ErrorCode } from '../../utils/errors.js';
import { messages } from '../../utils/messages.js';
import { readiness } from '../health.js';
import { jobStatuses } from '../job.js';
import { orderStatuses } from '../order.js';
import { reportStatuses } from '../report.js';
import { holdStatuses } from '../reservation.js';
import { amount, id, time } from '../common.js';
import { sample } from './samples.js';

const faults = z
  .array(z.strictObject({ path: z.string(), message: z.string() }))
  .min(1)
  .meta({ id: 'FieldFaults', description: 'Every fault of the input; `path` is dotted, as in `items.0.quantity`' });

/** A refused line of a batch or an order is named. */
const line = { index: z.int().min(0).optional(), productId: id.optional() };

/** What errors say beside their code. */
const details: Partial<Record<ErrorCode, z.ZodType>> = {
  VALIDATION_FAILED: faults,
  INVALID_ID: faults.optional(),
  NOT_FOUND: z.strictObject(line).optional(),
  INSUFFICIENT_STOCK: z.strictObject({ requested: amount, available: amount, ...line }),
  PRICE_CHANGED: z.strictObject({ price: amount, ...line }),
  STOCK_CHANGED: z.strictObject({ stock: amount, ...line }),
  LIMIT_REACHED: z.strictObject({ limit: amount, bought: amount, requested: amount, ...line }),
  SALE_NOT_OPEN: z.strictObject({ saleStartsAt: time.nullable(), saleEndsAt: time.nullable(), ...line }),
  RESERVATION_EXPIRED: z.strictObject({ status: z.enum(holdStatuses) }),
  ORDER_STATE: z.strictObject({ status: z.enum(orderStatuses) }),
  REPORT_STATE: z.strictObject({ status: z.enum(reportStatuses) }),
  JOB_STATE: z.strictObject({ status: z.enum(jobStatuses) }),
  USER_STATE: z.strictObject({ reason: z.enum(['own account', 'last admin']) }),
  VERSION_MISMATCH: z.strictObject({ currentVersion: z.int().min(1) }),
  UNAVAILABLE: readiness.optional(),
};

const examples: Partial<Record<ErrorCode, unknown>> = {
  VALIDATION_FAILED: [{ path: 'quantity', message: 'Too small: expected number to be >=1' }],
  INVALID_ID: [{ path: 'id', message: 'must be a UUID' }],
  INSUFFICIENT_STOCK: { requested: 3, available: 1 },
  PRICE_CHANGED: { price: 12_500 },
  STOCK_CHANGED: { stock: 41 },
  LIMIT_REACHED: { limit: 2, bought: 2, requested: 1 },
  SALE_NOT_OPEN: { saleStartsAt: sample.later, saleEndsAt: null },
  RESERVATION_EXPIRED: { status: 'expired' },
  ORDER_STATE: { status: 'rejected' },
  REPORT_STATE: { status: 'running' },
  JOB_STATE: { status: 'completed' },
  USER_STATE: { reason: 'own account' },
  VERSION_MISMATCH: { currentVersion: 4 },
};

/** `INSUFFICIENT_STOCK` is `InsufficientStockError` among the document's schemas. */
export const errorName = (code: ErrorCode): string => {
  const words = code.toLowerCase().split('_');
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Error`;
};

const schemaOf = (code: ErrorCode): z.ZodType => {
  const said = details[code];
  return z
    .strictObject({
      status_code: z.literal(errorStatus[code]),
      message: z.string(),
      error: z.strictObject({
        code: z.literal(code),
        ...(said === undefined ? {} : { details: said }),
        requestId: z.string(),
      }),
    })
    .meta({ id: errorName(code) });
};

/** What the body of an error is, by its code. */
export const errorSchemas = Object.fromEntries(
  (Object.keys(errorStatus) as ErrorCode[]).map((code) => [code, schemaOf(code)]),
) as Readonly<Record<ErrorCode, z.ZodType>>;

/** An example of the error. */
export const errorExample = (code: ErrorCode): object => ({
  status_code: errorStatus[code],
  message: messages[code],
  error: {
    code,
    ...(code in examples ? { details: examples[code] } : {}),
    requestId: sample.requestId,
  },
});
