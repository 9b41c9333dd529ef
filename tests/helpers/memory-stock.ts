import { counterId } from '../../src/models/customer-counter.model.js';
import type { CommandDocument } from '../../src/models/command.model.js';
import type { HoldDocument } from '../../src/models/hold.model.js';
import type { MovementDocument } from '../../src/models/movement.model.js';
import type { OrderStockDocument } from '../../src/models/order-stock.model.js';
import type { ProductDocument } from '../../src/models/product.model.js';
import { StockFault } from '../../src/models/stock-faults.js';
import type { StateQuery, StockState, StockWrites } from '../../src/models/stock-state.js';

/** What the database holds, as far as the stock engine is concerned. */
export interface MemoryStock {
  products: Map<string, ProductDocument>;
  movements: Map<string, MovementDocument>;
  commands: Map<string, CommandDocument>;
  counters: Map<string, number>;
  holds: Map<string, HoldDocument>;
  orders: Map<string, OrderStockDocument>;
  /** How many batches have left an outbox document. */
  outbox: number;
}

export const memoryStock = (products: readonly ProductDocument[]): MemoryStock => ({
  products: new Map(products.map((product) => [product._id, product])),
  movements: new Map(),
  commands: new Map(),
  counters: new Map(),
  holds: new Map(),
  orders: new Map(),
  outbox: 0,
});

const pick = <T>(from: ReadonlyMap<string, T>, ids: Iterable<string>): Map<string, T> =>
  new Map([...ids].flatMap((id) => (from.has(id) ? [[id, from.get(id) as T] as const] : [])));

/** Answers a query as the database does: what is asked for and no more; at most `expiredMax` expired holds. */
export const readMemory = (stock: MemoryStock, query: StateQuery, expiredMax = 500): StockState => {
  const skus = new Set([...stock.products.values()].map(({ sku }) => sku));
  const expired = [...stock.holds.values()].filter(
    ({ productId, status, expiresAt }) => query.productIds.has(productId) && status === 'held' && expiresAt <= query.at,
  );
  const holds = new Map([
    ...pick(stock.holds, query.holdIds),
    ...expired.slice(0, expiredMax).map((hold) => [hold._id, hold] as const),
  ]);
  const owners = [...holds.values()].map(({ productId, buyerId }) => [productId, buyerId] as const);
  const counterIds = [...query.buyers, ...owners]
    .filter(([productId]) => stock.products.get(productId)?.limitHistory !== 'none')
    .map(([productId, buyerId]) => counterId(productId, buyerId));
  return {
    products: pick(stock.products, query.productIds),
    answers: new Map(
      [...pick(stock.commands, query.storedKeys)].map(([id, { hash, status, body, location }]) => [
        id,
        { hash, answer: { status, body, location } },
      ]),
    ),
    lines: pick(stock.movements, query.lineKeys),
    takenSkus: new Set(query.skus.filter((sku) => skus.has(sku))),
    counters: pick(stock.counters, counterIds),
    holds,
    moreExpired: expired.length > expiredMax,
    orders: pick(stock.orders, query.orderIds),
  };
};

export const duplicateKey = (keyPattern: object): Error =>
  Object.assign(new Error('E11000 duplicate key'), { name: 'MongoServerError', code: 11_000, keyPattern });

const insert = <T extends { _id: string }>(into: Map<string, T>, documents: readonly T[]): void => {
  for (const document of documents) {
    if (into.has(document._id)) throw duplicateKey({ _id: 1 });
    into.set(document._id, document);
  }
};

/**
 * The database after a batch has been written to it; `stock` stays as it was.
 * @throws as the database does where a condition misses or an index refuses.
 */
export const writtenTo = (stock: MemoryStock, writes: StockWrites): MemoryStock => {
  const next: MemoryStock = {
    products: new Map(stock.products),
    movements: new Map(stock.movements),
    commands: new Map(stock.commands),
    counters: new Map(stock.counters),
    holds: new Map(stock.holds),
    orders: new Map(stock.orders),
    outbox: stock.outbox + 1,
  };
  for (const write of writes.products) {
    const product = next.products.get(write.productId);
    const holds = product?.seq === write.seq && product.version === write.version;
    if (!product || !holds || product.stock + write.stockDelta < 0) throw new StockFault('conflict', 'moved on');
    next.products.set(product._id, {
      ...product,
      stock: product.stock + write.stockDelta,
      sold: product.sold + write.soldDelta,
      reserved: product.reserved + write.reservedDelta,
      seq: product.seq + write.seqDelta,
      stockBand: write.stockBand ?? product.stockBand,
      updatedAt: writes.at,
    });
  }
  insert(next.products, writes.created);
  insert(next.movements, writes.movements);
  for (const { _id, units } of writes.counters) next.counters.set(_id, units);
  insert(next.holds, writes.holds);
  for (const { _id, expiresAt, status, saleId } of writes.holdEnds) {
    const hold = next.holds.get(_id);
    const isSame = hold?.status === 'held' && hold.expiresAt.getTime() === expiresAt.getTime();
    if (!isSame) throw new StockFault('conflict', 'has ended');
    next.holds.set(_id, { ...hold, status, saleId, updatedAt: writes.at });
  }
  insert(next.orders, writes.orders);
  for (const id of writes.orderReturns) {
    const order = next.orders.get(id);
    if (order?.status !== 'taken') throw new StockFault('conflict', 'is not taken');
    next.orders.set(id, { ...order, status: 'returned', updatedAt: writes.at });
  }
  insert(next.commands, writes.commands);
  return next;
};
