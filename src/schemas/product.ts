import { z } from 'zod';
import {
  amount as units,
  currencyCode,
  cursorQuery,
  id,
  lineOf,
  limitQuery,
  queryInt,
  textOf,
  time,
} from './common.js';
import { searchWords } from '../utils/terms.js';

const amountMax = 1_000_000_000;
const searchWordsMax = 16;

const amount = z.int().min(0).max(amountMax);
const currencies = new Set(Intl.supportedValuesOf('currency'));
const moment = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

const name = lineOf(200);
const sku = lineOf(64);
const currency = z
  .string()
  .refine((value) => currencies.has(value), 'must be a currency of ISO 4217, as in USD')
  .meta({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
const text = textOf(5_000);
const tags = z
  .array(lineOf(40))
  .max(20)
  .transform((values) => [...new Set(values)]);
const threshold = amount.nullable();
const limit = z.int().min(1).max(amountMax).nullable();
const saleTime = moment.nullable();

/** Whether a sale window, where both its ends are set, has any time in it. */
export const windowIsSane = (startsAt: Date | null | undefined, endsAt: Date | null | undefined): boolean =>
  !startsAt || !endsAt || startsAt < endsAt;

export const windowFault = { path: 'saleEndsAt', message: 'must be after saleStartsAt' };

const hasTimes = (body: unknown): boolean =>
  typeof body === 'object' &&
  body !== null &&
  'saleStartsAt' in body &&
  'saleEndsAt' in body &&
  body.saleStartsAt instanceof Date &&
  body.saleEndsAt instanceof Date;

/** POST /products. Price in minor units of `currency`; times in ISO 8601. */
export const createProductBody = z
  .strictObject({
    name,
    price: amount,
    stock: amount,
    sku: sku.optional(),
    currency: currency.default('USD'),
    description: text.default(''),
    lowStockThreshold: threshold.default(null),
    perCustomerLimit: limit.default(null),
    saleStartsAt: saleTime.default(null),
    saleEndsAt: saleTime.default(null),
    tags: tags.default([]),
  })
  .refine(({ saleStartsAt, saleEndsAt }) => windowIsSane(saleStartsAt, saleEndsAt), {
    path: [windowFault.path],
    message: windowFault.message,
    // Also where another field is faulty, so that every fault is named at once; both ends must have been read as times.
    when: ({ value }) => hasTimes(value),
  });
export type CreateProductInput = z.infer<typeof createProductBody>;

/**
 * PATCH /products/:id, a merge patch (RFC 7396): what is absent stays, null clears. A product cannot be without name, price,
 * currency and sku, so null is refused there; stock moves by its own routes.
 */
export const patchProductBody = z.strictObject({
  name: name.optional(),
  price: amount.optional(),
  sku: sku.optional(),
  currency: currency.optional(),
  description: text.nullable().optional(),
  lowStockThreshold: threshold.optional(),
  perCustomerLimit: limit.optional(),
  saleStartsAt: saleTime.optional(),
  saleEndsAt: saleTime.optional(),
  tags: tags.nullable().optional(),
});
export type PatchProductInput = z.infer<typeof patchProductBody>;

/** What a list can be sorted by; `-` in front turns it round. */
export const sortFields = ['name', 'price', 'stock', 'createdAt'] as const;
export type SortField = (typeof sortFields)[number];
const sorts = sortFields.flatMap((field) => [field, `-${field}`] as const);

/** GET /products */
export const listProductsQuery = z
  .strictObject({
    q: z
      .string()
      .max(200)
      .refine((value) => searchWords(value).length > 0, 'must contain a letter or a digit')
      .refine((value) => searchWords(value).length <= searchWordsMax, `must not have over ${searchWordsMax} words`)
      .optional(),
    tag: z.string().max(40).trim().min(1).meta({ pattern: '\\S' }).optional(),
    minPrice: queryInt(0, amountMax).optional(),
    maxPrice: queryInt(0, amountMax).optional(),
    inStock: z
      .enum(['true', 'false'])
      .transform((value) => value === 'true')
      .optional(),
    sort: z.enum(sorts).optional(),
    limit: limitQuery,
    cursor: cursorQuery,
  })
  .superRefine(({ q, minPrice, maxPrice, sort }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (minPrice !== undefined && maxPrice !== undefined && minPrice > maxPrice) {
      fault('minPrice', 'must not be above maxPrice');
    }
    if (q !== undefined && sort !== undefined && sort !== 'name' && sort !== '-name') {
      fault('sort', 'must be name or -name beside q');
    }
  });
export type ListProductsQuery = z.infer<typeof listProductsQuery>;

/** GET /products/top */
export const topProductsQuery = z.strictObject({ limit: limitQuery });
export type TopProductsQuery = z.infer<typeof topProductsQuery>;

/** GET /products/:id */
export const getProductQuery = z.strictObject({ include: z.literal('createdBy').optional() });
export type GetProductQuery = z.infer<typeof getProductQuery>;

/** A product as the API shows it. */
export const product = z
  .strictObject({
    id,
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    price: units.meta({ description: 'Minor units of `currency`' }),
    currency: currencyCode,
    stock: units.meta({ description: 'What can be bought now' }),
    reserved: units.meta({ description: 'What live reservations hold' }),
    sold: units.meta({ description: 'What has left' }),
    lowStockThreshold: units.nullable(),
    perCustomerLimit: units.nullable(),
    saleStartsAt: time.nullable(),
    saleEndsAt: time.nullable(),
    tags: z.array(z.string()).max(20),
    version: z.int().min(1).meta({ description: 'Grows with every change of the description' }),
    seq: units.meta({ description: 'Grows with every movement of stock' }),
    createdBy: id,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Product' });
export type ProductView = z.infer<typeof product>;

/** A product with `?include=createdBy`; the name is null when the account is gone. */
export const productWithCreator = product
  .extend({ createdBy: z.strictObject({ id, name: z.string().nullable() }) })
  .meta({ id: 'ProductWithCreator' });
export type ProductWithCreator = z.infer<typeof productWithCreator>;
