import type { OrderDocument, OrderedItem } from '../../models/order.model.js';
import type { DomainEvent } from '../../schemas/events.js';
import type { OrderInput, OrderView, WishedItem } from '../../schemas/order.js';
import { AppError, validationFailed } from '../../utils/errors.js';
import { newId } from '../../utils/uuid.js';
import type { CheckedProduct } from './product-check.js';

export const orderView = ({ _id, status, items, total, currency, reason, ...rest }: OrderDocument): OrderView => ({
  id: _id,
  status,
  items: items.map(({ productId, quantity, unitPrice, name }) => ({ productId, quantity, unitPrice, name })),
  total,
  currency,
  ...(reason === null ? {} : { reason: reason.code }),
  createdAt: rest.createdAt.toISOString(),
  updatedAt: rest.updatedAt.toISOString(),
});

/** A wished item beside its product, with where it stands in the body. */
interface Line {
  wish: WishedItem;
  product: CheckedProduct;
  index: number;
}

const checkPrice = ({ wish, product, index }: Line): void => {
  if (wish.price === undefined || wish.price === product.price) return;
  const details = { price: product.price, productId: product.id, index };
  throw new AppError('PRICE_CHANGED', { details });
};

const checkCurrencies = (lines: readonly Line[]): void => {
  const first = lines[0]?.product.currency;
  const faults = lines
    .filter(({ product }) => product.currency !== first)
    .map(({ product, index }) => ({
      path: `items.${index}.productId`,
      message: `is sold in ${product.currency}, the first one in ${String(first)}; an order has one currency`,
    }));
  if (faults.length > 0) throw validationFailed(faults);
};

/** One line for each product, in the order in which they first appear. */
const summed = (lines: readonly Line[]): OrderedItem[] => {
  const items = new Map<string, OrderedItem>();
  for (const { wish, product } of lines) {
    const item = items.get(product.id);
    if (item) item.quantity += wish.quantity;
    else {
      items.set(product.id, {
        productId: product.id,
        quantity: wish.quantity,
        unitPrice: product.price,
        name: product.name,
      });
    }
  }
  return [...items.values()];
};

const totalOf = (items: readonly OrderedItem[]): number => {
  const total = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  if (Number.isSafeInteger(total)) return total;
  throw validationFailed([{ path: 'items', message: 'come to more than can be counted exactly' }]);
};

/**
 * Makes an order of what is wished and what the products are.
 * @throws AppError NOT_FOUND, VALIDATION_FAILED (several currencies, a total that cannot be counted), PRICE_CHANGED
 */
export const newOrder = (
  buyerId: string,
  wishes: OrderInput['items'],
  products: ReadonlyMap<string, CheckedProduct>,
  at: Date,
): OrderDocument => {
  const lines = wishes.map((wish, index): Line => {
    const product = products.get(wish.productId);
    if (!product) throw new AppError('NOT_FOUND', { details: { productId: wish.productId, index } });
    return { wish, product, index };
  });
  checkCurrencies(lines);
  lines.forEach(checkPrice);
  const items = summed(lines);
  return {
    _id: newId(at.getTime()),
    buyerId,
    status: 'pending',
    items,
    total: totalOf(items),
    currency: lines[0]?.product.currency ?? '',
    reason: null,
    createdAt: at,
    updatedAt: at,
  };
};

/** What the product service is told of a new order. */
export const createdEvent = ({ _id, buyerId, currency, items, createdAt }: OrderDocument): DomainEvent => ({
  id: newId(),
  type: 'order.created',
  version: 1,
  occurredAt: createdAt.toISOString(),
  data: {
    orderId: _id,
    buyerId,
    currency,
    items: items.map(({ productId, quantity, unitPrice }) => ({ productId, quantity, unitPrice })),
  },
});

export const cancelledEvent = (orderId: string, actorId: string, at: Date): DomainEvent => ({
  id: newId(),
  type: 'order.cancelled',
  version: 1,
  occurredAt: at.toISOString(),
  data: { orderId, actorId },
});
