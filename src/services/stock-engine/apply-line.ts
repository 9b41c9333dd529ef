import type { MovementDocument } from '../../models/movement.model.js';
import type { ProductDocument } from '../../models/product.model.js';
import type {
  AdjustmentLine,
  AppliedLine,
  CountLine,
  InitialLine,
  Refusal,
  SaleLine,
  StockCommand,
  StockLine,
} from './commands.js';
import type { CustomerTally } from './customer-tally.js';
import type { LedgerDraft } from './ledger-draft.js';

/** The most units that a product can have; the contract's bound of stock. */
export const stockMax = 1_000_000_000;

export type LineResult = { ok: true; applied: AppliedLine } | { ok: false; refusal: Refusal };

const refused = (code: Refusal['code'], details?: unknown): LineResult => ({
  ok: false,
  refusal: details === undefined ? { code } : { code, details },
});

/** What a batch has come to so far, and its time. */
export interface Drafting {
  draft: LedgerDraft;
  tally: CustomerTally;
  at: Date;
}

interface Context extends Drafting {
  command: StockCommand;
}

type MovementFields = Partial<MovementDocument> & Pick<MovementDocument, '_id' | 'type' | 'delta'>;

const moved = ({ draft, command, at }: Context, product: ProductDocument, fields: MovementFields): LineResult => {
  const movement: MovementDocument = {
    productId: product._id,
    seq: product.seq + 1,
    soldDelta: 0,
    reservedDelta: 0,
    stockAfter: product.stock + fields.delta,
    reason: null,
    reference: null,
    actorId: command.actorId,
    buyerId: null,
    unitPrice: null,
    currency: null,
    createdAt: at,
    ...fields,
  };
  draft.move(product, movement);
  return { ok: true, applied: { movement, product: command.showsProduct ? { ...product, updatedAt: at } : product } };
};

const applyInitial = (context: Context, line: InitialLine): LineResult => {
  if (context.draft.skuTaken(line.product.sku)) return refused('DUPLICATE_SKU');
  // The product starts empty and its first line fills it, so that the ledger alone explains every unit.
  const empty = { stock: 0, reserved: 0, sold: 0, seq: 0 };
  const product = context.draft.addProduct({ ...line.product, ...empty, createdAt: context.at, updatedAt: context.at });
  return moved(context, product, { _id: line.id, type: 'initial', delta: line.product.stock });
};

const applySale = (context: Context, line: SaleLine): LineResult => {
  const { draft, tally, command, at } = context;
  const product = draft.product(line.productId);
  if (!product) return refused('NOT_FOUND');
  const { saleStartsAt, saleEndsAt, perCustomerLimit } = product;
  if ((saleStartsAt && at < saleStartsAt) || (saleEndsAt && at >= saleEndsAt)) {
    return refused('SALE_NOT_OPEN', { saleStartsAt, saleEndsAt });
  }
  if (line.price !== null && line.price !== product.price) return refused('PRICE_CHANGED', { price: product.price });
  const buyerId = command.buyerId ?? command.actorId;
  if (perCustomerLimit !== null) {
    const units = tally.unitsOf(product._id, buyerId);
    if (units + line.quantity > perCustomerLimit) {
      return refused('LIMIT_REACHED', { limit: perCustomerLimit, bought: units, requested: line.quantity });
    }
  }
  if (line.quantity > product.stock) {
    return refused('INSUFFICIENT_STOCK', { requested: line.quantity, available: product.stock });
  }
  if (product.limitHistory !== 'none') tally.count(product._id, buyerId, line.quantity);
  return moved(context, product, {
    _id: line.id,
    type: 'sale',
    delta: -line.quantity,
    soldDelta: line.quantity,
    buyerId,
    unitPrice: product.price,
    currency: product.currency,
  });
};

const applyAdjustment = (context: Context, line: AdjustmentLine): LineResult => {
  const product = context.draft.product(line.productId);
  if (!product) return refused('NOT_FOUND');
  if (product.stock + line.delta < 0) {
    return refused('INSUFFICIENT_STOCK', { requested: -line.delta, available: product.stock });
  }
  if (product.stock + line.delta > stockMax) {
    return refused('VALIDATION_FAILED', [{ path: 'delta', message: `would take stock over ${String(stockMax)}` }]);
  }
  const { delta, reason, reference } = line;
  return moved(context, product, { _id: line.id, type: 'adjustment', delta, reason, reference });
};

const applyCount = (context: Context, line: CountLine): LineResult => {
  const product = context.draft.product(line.productId);
  if (!product) return refused('NOT_FOUND');
  if (line.expectedStock !== null && line.expectedStock !== product.stock) {
    return refused('STOCK_CHANGED', { stock: product.stock });
  }
  const { id, count, reason, reference } = line;
  return moved(context, product, { _id: id, type: 'count', delta: count - product.stock, reason, reference });
};

/** Applies one line to the draft, or says why it cannot be; a refused line leaves the draft as it was. */
export const applyLine = (drafting: Drafting, command: StockCommand, line: StockLine): LineResult => {
  const context: Context = { ...drafting, command };
  switch (line.type) {
    case 'initial':
      return applyInitial(context, line);
    case 'sale':
      return applySale(context, line);
    case 'adjustment':
      return applyAdjustment(context, line);
    case 'count':
      return applyCount(context, line);
  }
};
