import type { HoldDocument } from '../../src/models/hold.model.js';
import type { MovementDocument } from '../../src/models/movement.model.js';
import type { OrderStockDocument } from '../../src/models/order-stock.model.js';
import type { ProductDocument } from '../../src/models/product.model.js';
import type { StockState } from '../../src/models/stock-state.js';
import type { AppliedLine, StockCommand, StockLine } from '../../src/services/stock-engine/commands.js';
import { stockBand } from '../../src/utils/stock-band.js';

/** The moment at which tests decide. */
export const at = new Date('2026-03-01T12:00:00.000Z');

export const productOf = (id: string, fields: Partial<ProductDocument> = {}): ProductDocument => ({
  _id: id,
  sku: `sku-${id}`,
  name: id,
  description: '',
  price: 100,
  currency: 'EUR',
  stock: 10,
  reserved: 0,
  sold: 0,
  lowStockThreshold: null,
  perCustomerLimit: null,
  limitHistory: 'none',
  saleStartsAt: null,
  saleEndsAt: null,
  tags: [],
  terms: [],
  nameKey: id,
  stockBand: stockBand(fields.stock ?? 10),
  version: 1,
  seq: 1,
  createdBy: 'manager',
  createdAt: at,
  updatedAt: at,
  deleted: false,
  ...fields,
});

export const stateOf = (products: readonly ProductDocument[], rest: Partial<StockState> = {}): StockState => ({
  products: new Map(products.map((product) => [product._id, product])),
  answers: new Map(),
  lines: new Map(),
  takenSkus: new Set(),
  counters: new Map(),
  holds: new Map(),
  moreExpired: false,
  orders: new Map(),
  ...rest,
});

export const movementOf = (fields: Partial<MovementDocument> = {}): MovementDocument => ({
  _id: 'line',
  productId: 'p',
  seq: 2,
  type: 'sale',
  delta: -1,
  soldDelta: 1,
  reservedDelta: 0,
  stockAfter: 9,
  reason: null,
  reference: null,
  actorId: 'buyer',
  buyerId: 'buyer',
  unitPrice: 100,
  currency: 'EUR',
  createdAt: at,
  ...fields,
});

/** A hold of one unit of `p` that lives for another minute. */
export const holdOf = (id: string, fields: Partial<HoldDocument> = {}): HoldDocument => ({
  _id: id,
  productId: 'p',
  buyerId: 'buyer',
  quantity: 1,
  unitPrice: 100,
  currency: 'EUR',
  status: 'held',
  expiresAt: new Date(at.getTime() + 60_000),
  releaseId: `release-${id}`,
  saleId: null,
  createdAt: at,
  updatedAt: at,
  ...fields,
});

export const orderStockOf = (id: string, fields: Partial<OrderStockDocument> = {}): OrderStockDocument => ({
  _id: id,
  status: 'taken',
  reason: null,
  buyerId: 'buyer',
  currency: 'EUR',
  lines: [],
  createdAt: at,
  updatedAt: at,
  ...fields,
});

/** An answer that names the command and all it did, so that one that is worked out again cannot pass for the first. */
const answerNaming =
  (name: string): StockCommand['answer'] =>
  (applied: readonly AppliedLine[]) => ({
    status: 201,
    body: JSON.stringify({
      name,
      lines: applied.map(({ movement, product }) => ({ movement, stock: product.stock, seq: product.seq })),
    }),
    location: null,
  });

export const commandOf = (
  name: string,
  lines: readonly StockLine[],
  fields: Partial<StockCommand> = {},
): StockCommand => ({
  kind: 'purchase',
  key: null,
  hash: 'hash',
  retryKey: `retry-${name}`,
  actorId: 'buyer',
  buyerId: 'buyer',
  lines,
  showsProduct: false,
  answer: answerNaming(name),
  ...fields,
});

/** A purchase by `buyerId`, whose ledger line has the command's name as its id. */
export const purchaseOf = (
  name: string,
  productId: string,
  quantity = 1,
  fields: Partial<StockCommand> & { price?: number | null } = {},
): StockCommand => {
  const { price = null, ...rest } = fields;
  const actorId = rest.buyerId ?? 'buyer';
  return commandOf(name, [{ type: 'sale', id: name, productId, quantity, price }], { actorId, ...rest });
};

export const reserveLine = (id: string, productId: string, quantity: number, ttlMs = 60_000): StockLine => ({
  type: 'reserve',
  id,
  productId,
  quantity,
  releaseId: `release-${id}`,
  ttlMs,
});

export const confirmLine = (id: string, { _id: holdId, productId }: HoldDocument): StockLine => ({
  type: 'confirm',
  id,
  holdId,
  productId,
});

export const releaseLine = ({ _id: holdId, productId, releaseId: id }: HoldDocument): StockLine => ({
  type: 'release',
  id,
  holdId,
  productId,
});

/** The terms of an order of these tests. */
export const agreedBy = (reference: string, unitPrice = 70) => ({ unitPrice, currency: 'EUR', reference });

export const returnLine = (id: string, productId: string, quantity: number, orderId: string): StockLine => ({
  type: 'return',
  id,
  productId,
  quantity,
  agreed: agreedBy(orderId),
});

export const adjustmentLine = (id: string, productId: string, delta: number): StockLine => ({
  type: 'adjustment',
  id,
  productId,
  delta,
  reason: 'restock',
  reference: null,
});

export const countLine = (id: string, productId: string, count: number, expectedStock: number | null): StockLine => ({
  type: 'count',
  id,
  productId,
  count,
  expectedStock,
  reason: 'stocktake',
  reference: null,
});
