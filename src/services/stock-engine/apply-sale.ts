import type { ProductDocument } from '../../models/product.model.js';
import type { OrderReturnLine, ReserveLine, SaleLine } from './commands.js';
import { countUnits, moved, refused, type LineContext, type LineResult } from './line-result.js';

/** Why the customer cannot have the units, or null; limit and stock come last, as they change with every sale. */
const objection = (
  { tally, at }: LineContext,
  product: ProductDocument,
  buyerId: string,
  { quantity, price }: Pick<SaleLine, 'quantity' | 'price'>,
): LineResult | null => {
  const { saleStartsAt, saleEndsAt, perCustomerLimit } = product;
  if ((saleStartsAt && at < saleStartsAt) || (saleEndsAt && at >= saleEndsAt)) {
    return refused('SALE_NOT_OPEN', { saleStartsAt, saleEndsAt });
  }
  if (price !== null && price !== product.price) return refused('PRICE_CHANGED', { price: product.price });
  if (perCustomerLimit !== null) {
    const units = tally.unitsOf(product._id, buyerId);
    if (units + quantity > perCustomerLimit) {
      return refused('LIMIT_REACHED', { limit: perCustomerLimit, bought: units, requested: quantity });
    }
  }
  if (quantity > product.stock) {
    return refused('INSUFFICIENT_STOCK', { requested: quantity, available: product.stock });
  }
  return null;
};

/** Units leave to a buyer, at the product's price or at the one that was agreed. */
export const applySale = (context: LineContext, line: SaleLine): LineResult => {
  const { draft, command } = context;
  const product = draft.product(line.productId);
  if (!product) return refused('NOT_FOUND');
  const buyerId = command.buyerId ?? command.actorId;
  const refusal = objection(context, product, buyerId, line);
  if (refusal !== null) return refusal;
  countUnits(context, product, buyerId, line.quantity);
  return moved(context, product, {
    _id: line.id,
    type: 'sale',
    delta: -line.quantity,
    soldDelta: line.quantity,
    reference: line.agreed?.reference ?? null,
    buyerId,
    unitPrice: line.agreed?.unitPrice ?? product.price,
    currency: line.agreed?.currency ?? product.currency,
  });
};

/** Units are set aside for a customer, whose limit counts them from now on. */
export const applyReserve = (context: LineContext, line: ReserveLine): LineResult => {
  const { draft, holds, command, at } = context;
  const { id, productId, quantity, releaseId, ttlMs } = line;
  const product = draft.product(productId);
  if (!product) return refused('NOT_FOUND');
  const buyerId = command.buyerId ?? command.actorId;
  const refusal = objection(context, product, buyerId, { quantity, price: null });
  if (refusal !== null) return refusal;
  countUnits(context, product, buyerId, quantity);
  const { price: unitPrice, currency } = product;
  holds.add({
    _id: id,
    productId,
    buyerId,
    quantity,
    unitPrice,
    currency,
    status: 'held',
    expiresAt: new Date(at.getTime() + ttlMs),
    releaseId,
    saleId: null,
    createdAt: at,
    updatedAt: at,
  });
  return moved(context, product, {
    _id: id,
    type: 'reserve',
    delta: -quantity,
    reservedDelta: quantity,
    reference: id,
    buyerId,
  });
};

/** Units come back from an order, to a deleted product too: whatever its ledger says has left can come home. */
export const applyOrderReturn = (context: LineContext, line: OrderReturnLine): LineResult => {
  const { draft, command } = context;
  const product = draft.productOrDeleted(line.productId);
  if (!product) return refused('NOT_FOUND');
  const buyerId = command.buyerId ?? command.actorId;
  countUnits(context, product, buyerId, -line.quantity);
  return moved(context, product, {
    _id: line.id,
    type: 'cancel',
    delta: line.quantity,
    soldDelta: -line.quantity,
    buyerId,
    ...line.agreed,
  });
};
