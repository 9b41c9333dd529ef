import { z } from 'zod';
import { cursorQuery, limitQuery, queryInt } from './common.js';
import { searchWords } from '../utils/terms.js';

const amountMax = 1_000_000_000;
const searchWordsMax = 16;

// No control characters and no half of a surrogate pair; text may have tabs and line breaks.
const lineOf = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters');
const text = z
  .string()
  .max(5_000)
  .regex(/^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u, 'must not contain control characters');

const amount = z.int().min(0).max(amountMax);
const currencies = new Set(Intl.supportedValuesOf('currency'));
const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

const name = lineOf(200);
const sku = lineOf(64);
const currency = z.string().refine((value) => currencies.has(value), 'must be a currency of ISO 4217, as in USD');
const tags = z
  .array(lineOf(40))
  .max(20)
  .transform((values) => [...new Set(values)]);
const threshold = amount.nullable();
const limit = z.int().min(1).max(amountMax).nullable();
const saleTime = time.nullable();

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
    tag: z.string().trim().min(1).max(40).optional(),
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

/** GET /products/:id */
export const getProductQuery = z.strictObject({ include: z.literal('createdBy').optional() });
export type GetProductQuery = z.infer<typeof getProductQuery>;

/** A product as the API shows it. */
export const product = z.strictObject({
  id: z.uuid(),
  sku: z.string(),
  name: z.string(),
  description: z.string(),
  price: z.int(),
  currency: z.string(),
  stock: z.int(),
  reserved: z.int(),
  sold: z.int(),
  lowStockThreshold: z.int().nullable(),
  perCustomerLimit: z.int().nullable(),
  saleStartsAt: z.iso.datetime().nullable(),
  saleEndsAt: z.iso.datetime().nullable(),
  tags: z.array(z.string()),
  version: z.int(),
  seq: z.int(),
  createdBy: z.uuid(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type ProductView = z.infer<typeof product>;

/** A product with `?include=createdBy`; the name is null when the account is gone. */
export const productWithCreator = product.extend({
  createdBy: z.strictObject({ id: z.uuid(), name: z.string().nullable() }),
});
export type ProductWithCreator = z.infer<typeof productWithCreator>;
