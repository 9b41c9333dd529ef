import { z } from 'zod';
import { amount, currencyCode, cursorQuery, id, idParam, limitQuery, time } from './common.js';

const quantityMax = 1_000_000;
const priceMax = 1_000_000_000;
const itemsMax = 50;

export const orderStatuses = ['pending', 'confirmed', 'rejected', 'cancelled'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

const quantity = z.int().min(1).max(quantityMax);
const price = z.int().min(0).max(priceMax);

const item = z.strictObject({ productId: idParam, quantity, price: price.optional() });
/** `price` is the price per unit, in minor units, that the customer expects. */
export type WishedItem = z.infer<typeof item>;

/** What goes together is looked at even where another field is faulty, so that every fault is named at once. */
const isBody = ({ value }: { value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const has = (body: object, name: string): boolean => Reflect.get(body, name) !== undefined;

interface ItemFault {
  path: (string | number)[];
  message: string;
}

/** The same product twice counts as the sum, and the sum has the bound of a quantity too. */
const sumFaults = (items: readonly WishedItem[]): ItemFault[] => {
  const sums = new Map<string, number>();
  return items.flatMap(({ productId, quantity: units }, index) => {
    const sum = (sums.get(productId) ?? 0) + units;
    sums.set(productId, sum);
    if (sum <= quantityMax || sum - units > quantityMax) return [];
    return [{ path: ['items', index, 'quantity'], message: `must not sum up to more than ${quantityMax}` }];
  });
};

/** Either one item, laid bare, or `items`. */
const shapeFaults = (body: object): ItemFault[] => {
  if (has(body, 'items')) {
    return ['productId', 'quantity', 'price']
      .filter((name) => has(body, name))
      .map((name) => ({ path: [name], message: 'goes without items' }));
  }
  return ['productId', 'quantity']
    .filter((name) => !has(body, name))
    .map((name) => ({ path: [name], message: 'is missing: give productId and quantity, or items' }));
};

/** POST /orders: one product, or up to fifty items. Parsed into items. */
export const orderBody = z
  .strictObject({
    productId: idParam.optional(),
    quantity: quantity.optional(),
    price: price.optional(),
    items: z
      .array(item)
      .min(1)
      .max(itemsMax)
      .superRefine((items, context) => {
        for (const fault of sumFaults(items)) {
          context.addIssue({ code: 'custom', path: fault.path.slice(1), message: fault.message });
        }
      })
      .optional(),
  })
  .check(
    z.superRefine(
      (body, context) => {
        for (const { path, message } of shapeFaults(body)) context.addIssue({ code: 'custom', path, message });
      },
      { when: isBody },
    ),
  )
  .meta({
    oneOf: [
      { required: ['productId', 'quantity'], properties: { items: false } },
      { required: ['items'], properties: { productId: false, quantity: false, price: false } },
    ],
  })
  .transform(({ items, productId = '', quantity: units = 0, price: expected }) => ({
    items: items ?? [{ productId, quantity: units, ...(expected === undefined ? {} : { price: expected }) }],
  }));
export type OrderInput = z.infer<typeof orderBody>;

/** GET /orders */
export const ordersQuery = z.strictObject({
  status: z.enum(orderStatuses).optional(),
  limit: limitQuery,
  cursor: cursorQuery,
});
export type OrdersQuery = z.infer<typeof ordersQuery>;

/** The params of GET /orders/product/:productId */
export const productIdParams = z.strictObject({ productId: idParam });
export type ProductIdParams = z.infer<typeof productIdParams>;

/** An order as the API shows it. Money in minor units of `currency`. */
export const order = z
  .strictObject({
    id,
    status: z.enum(orderStatuses),
    items: z
      .array(z.strictObject({ productId: id, quantity: amount, unitPrice: amount, name: z.string() }))
      .min(1)
      .max(itemsMax),
    total: amount,
    currency: currencyCode,
    reason: z.string().optional().meta({ description: 'Why it was rejected: a code of the errors' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Order' });
export type OrderView = z.infer<typeof order>;
