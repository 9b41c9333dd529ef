import { applyConfirm, applyRelease } from './apply-hold.js';
import { applyOrderReturn, applyReserve, applySale } from './apply-sale.js';
import type { AdjustmentLine, CountLine, InitialLine, StockCommand, StockLine } from './commands.js';
import { moved, refused, type Drafting, type LineContext, type LineResult } from './line-result.js';

/** The most units that a manager can make a product have; the contract's bound of stock. What was taken goes back above it too. */
export const stockMax = 1_000_000_000;

const applyInitial = (context: LineContext, line: InitialLine): LineResult => {
  if (context.draft.skuTaken(line.product.sku)) return refused('DUPLICATE_SKU');
  // The product starts empty and its first line fills it, so that the ledger alone explains every unit.
  const empty = { stock: 0, reserved: 0, sold: 0, seq: 0 };
  const product = context.draft.addProduct({ ...line.product, ...empty, createdAt: context.at, updatedAt: context.at });
  return moved(context, product, { _id: line.id, type: 'initial', delta: line.product.stock });
};

const applyAdjustment = (context: LineContext, line: AdjustmentLine): LineResult => {
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

const applyCount = (context: LineContext, line: CountLine): LineResult => {
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
  const context: LineContext = { ...drafting, command };
  switch (line.type) {
    case 'initial':
      return applyInitial(context, line);
    case 'sale':
      return applySale(context, line);
    case 'return':
      return applyOrderReturn(context, line);
    case 'reserve':
      return applyReserve(context, line);
    case 'confirm':
      return applyConfirm(context, line);
    case 'release':
      return applyRelease(context, line);
    case 'expire':
      return { ok: true, applied: null };
    case 'adjustment':
      return applyAdjustment(context, line);
    case 'count':
      return applyCount(context, line);
  }
};
